"""Facts of STIX 2.1, TLP and PAP, written out a second time so that a slip in the product's tables shows.

`!` after a property marks it required. STIX 2.1 chapters 2 to 7; the published ids of TLP 1.0, TLP 2.0 and PAP.
"""

from __future__ import annotations

_COMMON = (
    "type! spec_version! id! created! modified! created_by_ref revoked labels confidence lang external_references "
    "object_marking_refs granular_markings extensions"
)
_OBSERVABLE_COMMON = "type! id! spec_version object_marking_refs granular_markings defanged extensions"

_OBJECTS = {
    "attack-pattern": "name! description aliases kill_chain_phases",
    "campaign": "name! description aliases first_seen last_seen objective",
    "course-of-action": "name! description",
    "grouping": "name description context! object_refs!",
    "identity": "name! description roles identity_class sectors contact_information",
    "incident": "name! description",
    "indicator": "name description indicator_types pattern! pattern_type! pattern_version valid_from! valid_until "
    "kill_chain_phases",
    "infrastructure": "name! description infrastructure_types aliases kill_chain_phases first_seen last_seen",
    "intrusion-set": "name! description aliases first_seen last_seen goals resource_level primary_motivation "
    "secondary_motivations",
    "location": "name description latitude longitude precision region country administrative_area city street_address "
    "postal_code",
    "malware": "name description malware_types is_family! aliases kill_chain_phases first_seen last_seen "
    "operating_system_refs architecture_execution_envs implementation_languages capabilities sample_refs",
    "malware-analysis": "product! version host_vm_ref operating_system_ref installed_software_refs "
    "configuration_version modules analysis_engine_version analysis_definition_version submitted analysis_started "
    "analysis_ended result_name result analysis_sco_refs sample_ref",
    "note": "abstract content! authors object_refs!",
    "observed-data": "first_observed! last_observed! number_observed! objects object_refs!",
    "opinion": "explanation authors opinion! object_refs!",
    "report": "name! description report_types published! object_refs!",
    "threat-actor": "name! description threat_actor_types aliases first_seen last_seen roles goals sophistication "
    "resource_level primary_motivation secondary_motivations personal_motivations",
    "tool": "name! description tool_types aliases kill_chain_phases tool_version",
    "vulnerability": "name! description",
    "relationship": "relationship_type! description source_ref! target_ref! start_time stop_time",
    "sighting": "description first_seen last_seen count sighting_of_ref! observed_data_refs where_sighted_refs summary",
}
_OBSERVABLES = {
    "artifact": "mime_type payload_bin url hashes encryption_algorithm decryption_key",
    "autonomous-system": "number! name rir",
    "directory": "path! path_enc ctime mtime atime contains_refs",
    "domain-name": "value! resolves_to_refs",
    "email-addr": "value! display_name belongs_to_ref",
    "email-message": "is_multipart! date content_type from_ref sender_ref to_refs cc_refs bcc_refs message_id subject "
    "received_lines additional_header_fields body body_multipart raw_email_ref",
    "file": "hashes size name name_enc magic_number_hex mime_type ctime mtime atime parent_directory_ref contains_refs "
    "content_ref",
    "ipv4-addr": "value! resolves_to_refs belongs_to_refs",
    "ipv6-addr": "value! resolves_to_refs belongs_to_refs",
    "mac-addr": "value!",
    "mutex": "name!",
    "network-traffic": "start end is_active src_ref dst_ref src_port dst_port protocols! src_byte_count dst_byte_count "
    "src_packets dst_packets ipfix src_payload_ref dst_payload_ref encapsulates_refs encapsulated_by_ref",
    "process": "is_hidden pid created_time cwd command_line environment_variables opened_connection_refs "
    "creator_user_ref image_ref parent_ref child_refs",
    "software": "name! cpe swid languages vendor version",
    "url": "value!",
    "user-account": "user_id credential account_login account_type display_name is_service_account is_privileged "
    "can_escalate_privs is_disabled account_created account_expires credential_last_changed account_first_login "
    "account_last_login",
    "windows-registry-key": "key values modified_time creator_user_ref number_of_subkeys",
    "x509-certificate": "is_self_signed hashes version serial_number signature_algorithm issuer validity_not_before "
    "validity_not_after subject subject_public_key_algorithm subject_public_key_modulus subject_public_key_exponent "
    "x509_v3_extensions",
}
_META = {
    "marking-definition": "type! spec_version! id! created! created_by_ref external_references object_marking_refs "
    "granular_markings extensions name definition_type definition",
    "extension-definition": "type! spec_version! id! created! modified! created_by_ref! revoked labels "
    "external_references object_marking_refs granular_markings name! description schema! version! extension_types! "
    "extension_properties",
    "language-content": "type! spec_version! id! created! modified! created_by_ref revoked labels confidence "
    "external_references object_marking_refs granular_markings extensions object_ref! object_modified contents!",
}


def _words(line: str) -> tuple[frozenset[str], frozenset[str]]:
    words = line.split()
    return frozenset(word.rstrip("!") for word in words), frozenset(word[:-1] for word in words if word.endswith("!"))


def _merged() -> dict[str, tuple[frozenset[str], frozenset[str]]]:
    merged = {name: _words(f"{_COMMON} {own}") for name, own in _OBJECTS.items()}
    merged |= {name: _words(f"{_OBSERVABLE_COMMON} {own}") for name, own in _OBSERVABLES.items()}
    return merged | {name: _words(line) for name, line in _META.items()}


_TABLE = _merged()
DEFINED: dict[str, frozenset[str]] = {name: row[0] for name, row in _TABLE.items()}
REQUIRED: dict[str, frozenset[str]] = {name: row[1] for name, row in _TABLE.items()}
COMMON, _ = _words(_COMMON)
CUSTOM_REQUIRED = frozenset({"type", "id", "created", "modified"})
OBSERVABLES = frozenset(_OBSERVABLES)
OBSERVABLE_COMMON, _ = _words(_OBSERVABLE_COMMON)

ID_CONTRIBUTING: dict[str, tuple[str, ...]] = {
    "artifact": ("hashes", "payload_bin"),
    "autonomous-system": ("number",),
    "directory": ("path",),
    "domain-name": ("value",),
    "email-addr": ("value",),
    "email-message": ("from_ref", "subject", "body"),
    "file": ("hashes", "name", "extensions", "parent_directory_ref"),
    "ipv4-addr": ("value",),
    "ipv6-addr": ("value",),
    "mac-addr": ("value",),
    "mutex": ("name",),
    "network-traffic": ("start", "end", "src_ref", "dst_ref", "src_port", "dst_port", "protocols", "extensions"),
    "software": ("name", "cpe", "swid", "vendor", "version"),
    "url": ("value",),
    "user-account": ("account_type", "user_id", "account_login"),
    "windows-registry-key": ("key", "values"),
    "x509-certificate": ("hashes", "serial_number"),
}
PREDEFINED_EXTENSIONS, _ = _words(
    "archive-ext ntfs-ext pdf-ext raster-image-ext windows-pebinary-ext http-request-ext icmp-ext socket-ext tcp-ext "
    "windows-process-ext windows-service-ext unix-account-ext"
)
# What an entry of these lists may have, must have, and must have one of (STIX 2.1 sections 2.5 and 2.11).
NESTED = {
    "external_references": (
        *_words("source_name! description url hashes external_id"),
        frozenset({"description", "url", "external_id"}),
    ),
    "kill_chain_phases": (*_words("kill_chain_name! phase_name!"), frozenset[str]()),
}
# Of each group an object must have one (chapters 4, 6 and 7).
ONE_OF: dict[str, frozenset[str]] = {
    "artifact": frozenset({"payload_bin", "url"}),
    "file": frozenset({"hashes", "name"}),
    "location": frozenset({"region", "country", "latitude"}),
    "malware-analysis": frozenset({"result", "analysis_sco_refs"}),
    "marking-definition": frozenset({"definition", "extensions"}),
    "network-traffic": frozenset({"src_ref", "dst_ref"}),
}
# Of these an object must have some property beside the common ones (chapter 6).
NEEDS_SOMETHING = frozenset({"process", "user-account", "windows-registry-key", "x509-certificate"})
# The first says nothing without the second.
GOES_WITH: dict[str, tuple[tuple[str, str], ...]] = {
    "artifact": (("url", "hashes"), ("decryption_key", "encryption_algorithm")),
    "location": (
        ("latitude", "longitude"),
        ("longitude", "latitude"),
        ("precision", "latitude"),
        ("precision", "longitude"),
    ),
    "marking-definition": (("definition", "definition_type"), ("definition_type", "definition")),
}
# Values that are counted or summed up over lists (STIX 2.1 sections 4.14 and 5.2), by type.
AGGREGATES = {
    "observed-data": (
        ("object_refs", "objects"),
        ("number_observed", "first_observed", "last_observed"),
    ),
    "sighting": (
        ("observed_data_refs", "where_sighted_refs"),
        ("count", "first_seen", "last_seen", "summary"),
    ),
}
ALWAYS_ALLOWED, _ = _words(
    "type id spec_version created modified revoked created_by_ref object_marking_refs granular_markings"
)

TLP_ORDER = ("clear", "green", "amber", "amber+strict", "red")
PAP_ORDER = ("clear", "green", "amber", "red")
_PREFIX = "marking-definition--"
FIXED_MARKINGS: dict[str, tuple[str, str]] = {
    _PREFIX + "613f2e26-407d-48c7-9eca-b8e91df99dc9": ("tlp", "clear"),
    _PREFIX + "34098fce-860f-48ae-8e50-ebd3cc5e41da": ("tlp", "green"),
    _PREFIX + "f88d31f6-486f-44da-b317-01333bde0b82": ("tlp", "amber"),
    _PREFIX + "5e57c739-391a-4eb3-b6be-7d15ca92d5ed": ("tlp", "red"),
    _PREFIX + "94868c89-83c2-464b-929b-a1a8aa3c8487": ("tlp", "clear"),
    _PREFIX + "bab4a63c-aed9-4cf5-a766-dfca5abac2bb": ("tlp", "green"),
    _PREFIX + "55d920b0-5e8b-4f79-9ee9-91f868d9b421": ("tlp", "amber"),
    _PREFIX + "939a9414-2ddd-4d32-a0cd-375ea402b003": ("tlp", "amber+strict"),
    _PREFIX + "e828b379-4e03-4974-9ac4-e53a884c97c1": ("tlp", "red"),
    _PREFIX + "a3bea94c-b469-41dc-9cfe-d6e7daba7730": ("pap", "clear"),
    _PREFIX + "ad15a0cd-55b6-4588-a14c-a66105329b92": ("pap", "clear"),
    _PREFIX + "c43594d1-4b11-4c59-93ab-1c9b14d53ce9": ("pap", "green"),
    _PREFIX + "60f8932b-e51e-4458-b265-a2e8be9a80ab": ("pap", "amber"),
    _PREFIX + "740d36e5-7714-4c30-961a-3ae632ceee0e": ("pap", "red"),
}
"""Axis and level of the markings whose ids are fixed."""

ONWARD_ORDER = ("named", "ask", "none")
RELIABILITIES = "ABCDE"
CLAIM_KINDS, _ = _words("fact report assessment estimate hypothesis offer denial accusation question")
