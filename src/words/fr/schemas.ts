import type { schemas as english } from '../en/schemas.ts';
import { typeset, type French } from '../french.ts';

/** Why a schema can't be a tenant's own, and what to do. */
export const schemas: French<typeof english> = typeset({
  'schema.refused': 'Le schéma ne peut pas être ajouté :{{faults}}',
  'schema.no-schema': 'Le fichier n’est pas un schéma :{{faults}}',
  'schema.no-json': 'Le fichier n’est pas du JSON : {{why}}',
  'schema.too-long': 'Le fichier compte au plus {{most}} caractères : raccourcissez-le',
  'schema.one-use':
    'Dites une seule chose à quoi sert le schéma : « extends » un type, ou un « resourceType » qui lui est propre',
  'schema.unknown':
    'L’organisation n’a pas de schéma « {{urn}} » qui lui soit propre : affichez la liste de ses schémas',
  'schema.needed': '{{needing}} a besoin de « {{schema}} » : supprimez-le d’abord',
  'schema.served-again': '« {{schema}} » a été remis en service entre-temps : supprimez-le de nouveau',
  'schema.has-resources':
    '« {{schema}} » est utilisé : il y a des ressources du type {{type}} ({{holders}}) : supprimez-les d’abord',
  'schema.has-values':
    '« {{schema}} » est utilisé : des ressources du type {{type}} en ont des valeurs ({{holders}}) : retirez-les d’abord',
  'form.the-file': 'le fichier',
  'form.unknown-attribute': '{{where}} ne peut pas avoir « {{attribute}} »',
  'form.one-of': '{{where}} doit être l’une des valeurs {{values}}',
  'form.exactly': '{{where}} doit être « {{value}} »',
  'form.type': '{{where}} doit être de type {{type}}',
  'form.required': '{{where}} doit avoir « {{attribute}} »',
  'form.too-short': '{{where}} doit compter au moins {{least}} caractères',
  'form.too-long': '{{where}} doit compter au plus {{most}} caractères',
  'form.too-few': '{{where}} doit compter au moins {{least}} éléments',
  'form.too-many': '{{where}} doit compter au plus {{most}} éléments',
  'form.other': '{{where}} est mal formé : {{why}}',
  'fault.urn': '« id » doit être un URN d’au plus {{most}} caractères, comme « urn:example:scim:Badge »',
  'fault.urn-taken': 'il y a déjà un schéma « {{schema}} » : choisissez un autre « id »',
  'fault.urn-alike':
    '« id » et le schéma « {{schema}} » commencent de même, et des chemins auraient deux sens : choisissez un autre « id »',
  'fault.urn-foreign':
    '« id » est dans un espace de noms qui n’est pas le vôtre : choisissez-en un autre, comme « urn:example:scim:Badge »',
  'fault.type-name':
    '« resourceType.name » doit être fait de lettres et de chiffres, une lettre d’abord, {{most}} au plus : « {{name}} » ne l’est pas',
  'fault.type-taken': 'le type de ressource « {{name}} » est pris : choisissez un autre « resourceType.name »',
  'fault.endpoint':
    '« resourceType.endpoint » doit être une barre oblique, puis des lettres et des chiffres, comme « /Devices » : « {{endpoint}} » ne l’est pas',
  'fault.endpoint-taken': 'le point d’accès « {{endpoint}} » est pris : choisissez un autre « resourceType.endpoint »',
  'fault.naming':
    'un attribut, et un seul, doit nommer une ressource du type : une chaîne « required », avec « uniqueness » « server », ni « caseExact » ni « multiValued »',
  'fault.reserved': 'l’attribut « {{name}} » est réservé : choisissez un autre nom',
  'fault.extends': 'il n’y a pas de type de ressource « {{type}} » à étendre : choisissez parmi {{types}}',
  'fault.unique-extension':
    '« {{name}} » d’une extension ne peut pas être unique : mettez son « uniqueness » à « none »',
  'fault.most-schemas': 'une organisation a au plus {{most}} schémas : supprimez-en un qui ne sert pas',
  'fault.most-attributes':
    'les schémas d’une organisation ont au plus {{most}} attributs, sous-attributs compris : il y en aurait {{all}}',
  'fault.twice': 'il y a deux attributs « {{name}} » : majuscules et minuscules ne comptent pas',
  'fault.complex-inside': '« {{name}} » est complexe dans un attribut complexe : rendez-le simple',
  'fault.several-inside': '« {{name}} » a plusieurs valeurs dans un attribut complexe : n’en laissez qu’une',
  'fault.unique-inside': '« {{name}} » ne peut pas être unique : mettez son « uniqueness » à « none »',
  'fault.complex-empty': '« {{name}} » est complexe : donnez-lui des « subAttributes »',
  'fault.simple-parts': '« {{name}} » a des « subAttributes » : mettez son « type » à « complex »',
  'fault.canonical': '« {{name}} » a des « canonicalValues », réservées aux chaînes : retirez-les',
  'fault.reference-to-nothing':
    '« {{name}} » est une référence : dites à quoi dans « referenceTypes », comme « external », « uri » ou « User »',
  'fault.no-reference': '« {{name}} » a des « referenceTypes », réservés aux références : retirez-les',
  'fault.reference-lost':
    '« {{name}}.$ref » se déduit du « value » à côté : dites de quel type dans ses « referenceTypes », ou choisissez un autre nom',
  'fault.reference-unknown':
    '« {{name}} » renvoie à « {{target}} » : choisissez ses « referenceTypes » parmi {{targets}}',
  'fault.attribute-name':
    '« {{name}} » n’est pas un nom d’attribut : lettres, chiffres, « _ », « - » et « $ », une lettre d’abord, {{most}} au plus',
  'fault.word': '« {{name}} » est un mot qui a un autre sens : choisissez un autre nom',
  'fault.read-only':
    '« {{name}} » est « readOnly », et aucun client ne pourrait l’écrire : mettez son « mutability » à « readWrite » ou « immutable »',
  'fault.write-only':
    '« {{name}} » est « writeOnly », et aucun client ne pourrait le lire : mettez son « mutability » à « readWrite » ou « immutable »',
  'fault.never-shown':
    '« {{name}} » ne serait jamais montré : mettez son « returned » à « default », « always » ou « request »',
});
