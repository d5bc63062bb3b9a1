"""What STIX 2.1 defines, as data: object types, their properties, references, defaults, aggregates.

One table per type, in a small notation that `_property` reads: a kind, `!` when required, brackets for a list,
and after a colon what the kind needs:

    string! | [string] | ref:identity|threat-actor | [ref:*]! | enum:a|b | integer:0..100 | object:kill-chain-phase

`*` as target means any object, `sdo`, `sro`, `sco`, `meta` any of that category. Open vocabularies are strings.
Enforcing any of it is left to `validation`, finding references to `references`. STIX 2.1 chapters 2 to 7.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import Any, Literal

Category = Literal["sdo", "sro", "sco", "meta", "custom"]

SPEC_VERSION = "2.1"


@dataclass(frozen=True, slots=True)
class Property:
    """One property of a type: its kind, whether it is required or a list, and what its kind allows.

    `allowed` holds target types of a reference, or the values of a closed enumeration; `minimum` and `maximum`
    bound a number; `structure` names the nested structure of kind `object`.
    """

    kind: str
    is_required: bool = False
    is_list: bool = False
    allowed: frozenset[str] = frozenset()
    minimum: int | None = None
    maximum: int | None = None
    structure: str = ""

    @property
    def is_reference(self) -> bool:
        return self.kind == "ref"


Properties = Mapping[str, Property]


@dataclass(frozen=True, slots=True)
class ObjectType:
    """A type of object that the standard defines, with its common properties included."""

    name: str
    category: Category
    properties: Properties


def _property(notation: str) -> Property:
    is_required = notation.endswith("!")
    inner = notation.removesuffix("!")
    is_list = inner.startswith("[")
    kind, _, rest = inner.strip("[]").partition(":")
    if kind in {"ref", "enum"}:
        return Property(kind, is_required, is_list, allowed=frozenset(rest.split("|")))
    if kind == "object":
        return Property(kind, is_required, is_list, structure=rest)
    low, _, high = rest.partition("..")
    return Property(kind, is_required, is_list, minimum=int(low) if low else None, maximum=int(high) if high else None)


def _table(**notations: str) -> Properties:
    return MappingProxyType({name: _property(notation) for name, notation in notations.items()})


# Structures nested in objects (chapters 2, 6 and 7); a name here is what `object:` refers to.
STRUCTURES: Mapping[str, Properties] = {
    "external-reference": _table(
        source_name="string!", description="string", url="string", hashes="hashes", external_id="string"
    ),
    "kill-chain-phase": _table(kill_chain_name="string!", phase_name="string!"),
    "granular-marking": _table(lang="string", marking_ref="ref:marking-definition", selectors="[selector]!"),
    "email-mime-part": _table(
        body="string", body_raw_ref="ref:artifact|file", content_type="string", content_disposition="string"
    ),
    "windows-registry-value": _table(
        name="string",
        data="string",
        data_type="enum:REG_NONE|REG_SZ|REG_EXPAND_SZ|REG_BINARY|REG_DWORD|REG_DWORD_BIG_ENDIAN|REG_DWORD_LITTLE_ENDIAN"
        "|REG_LINK|REG_MULTI_SZ|REG_RESOURCE_LIST|REG_FULL_RESOURCE_DESCRIPTION|REG_RESOURCE_REQUIREMENTS_LIST"
        "|REG_QWORD|REG_INVALID_TYPE",
    ),
    "x509-v3-extensions": _table(
        basic_constraints="string",
        name_constraints="string",
        policy_constraints="string",
        key_usage="string",
        extended_key_usage="string",
        subject_key_identifier="string",
        authority_key_identifier="string",
        subject_alternative_name="string",
        issuer_alternative_name="string",
        subject_directory_attributes="string",
        crl_distribution_points="string",
        inhibit_any_policy="string",
        private_key_usage_period_not_before="timestamp",
        private_key_usage_period_not_after="timestamp",
        certificate_policies="string",
        policy_mappings="string",
    ),
    "alternate-data-stream": _table(name="string!", hashes="hashes", size="integer:0.."),
    "windows-pe-section": _table(name="string!", size="integer:0..", entropy="float", hashes="hashes"),
    "windows-pe-optional-header": _table(
        magic_hex="hex",
        major_linker_version="integer",
        minor_linker_version="integer",
        size_of_code="integer:0..",
        size_of_initialized_data="integer:0..",
        size_of_uninitialized_data="integer:0..",
        address_of_entry_point="integer",
        base_of_code="integer",
        base_of_data="integer",
        image_base="integer",
        section_alignment="integer",
        file_alignment="integer",
        major_os_version="integer",
        minor_os_version="integer",
        major_image_version="integer",
        minor_image_version="integer",
        major_subsystem_version="integer",
        minor_subsystem_version="integer",
        win32_version_value_hex="hex",
        size_of_image="integer:0..",
        size_of_headers="integer:0..",
        checksum_hex="hex",
        dll_characteristics_hex="hex",
        subsystem_hex="hex",
        size_of_stack_reserve="integer:0..",
        size_of_stack_commit="integer:0..",
        size_of_heap_reserve="integer:0..",
        size_of_heap_commit="integer:0..",
        loader_flags_hex="hex",
        number_of_rva_and_sizes="integer",
        hashes="hashes",
    ),
}

# Predefined extensions of cyber-observables (chapter 6): type -> extension name -> its properties.
PREDEFINED_EXTENSIONS: Mapping[str, Mapping[str, Properties]] = {
    "file": {
        "archive-ext": _table(contains_refs="[ref:file|directory]!", comment="string"),
        "ntfs-ext": _table(sid="string", alternate_data_streams="[object:alternate-data-stream]"),
        "pdf-ext": _table(
            version="string",
            is_optimized="boolean",
            document_info_dict="dictionary",
            pdfid0="string",
            pdfid1="string",
        ),
        "raster-image-ext": _table(
            image_height="integer:0..", image_width="integer:0..", bits_per_pixel="integer:0..", exif_tags="dictionary"
        ),
        "windows-pebinary-ext": _table(
            pe_type="string!",
            imphash="string",
            machine_hex="hex",
            number_of_sections="integer:0..",
            time_date_stamp="timestamp",
            pointer_to_symbol_table_hex="hex",
            number_of_symbols="integer:0..",
            size_of_optional_header="integer:0..",
            characteristics_hex="hex",
            file_header_hashes="hashes",
            optional_header="object:windows-pe-optional-header",
            sections="[object:windows-pe-section]",
        ),
    },
    "network-traffic": {
        "http-request-ext": _table(
            request_method="string!",
            request_value="string!",
            request_version="string",
            request_header="dictionary",
            message_body_length="integer:0..",
            message_body_data_ref="ref:artifact",
        ),
        "icmp-ext": _table(icmp_type_hex="hex!", icmp_code_hex="hex!"),
        "socket-ext": _table(
            address_family="enum:AF_UNSPEC|AF_INET|AF_IPX|AF_APPLETALK|AF_NETBIOS|AF_INET6|AF_IRDA|AF_BTH!",
            is_blocking="boolean",
            is_listening="boolean",
            options="dictionary",
            socket_type="enum:SOCK_STREAM|SOCK_DGRAM|SOCK_RAW|SOCK_RDM|SOCK_SEQPACKET",
            socket_descriptor="integer:0..",
            socket_handle="integer",
        ),
        "tcp-ext": _table(src_flags_hex="hex", dst_flags_hex="hex"),
    },
    "process": {
        "windows-process-ext": _table(
            aslr_enabled="boolean",
            dep_enabled="boolean",
            priority="string",
            owner_sid="string",
            window_title="string",
            startup_info="dictionary",
            integrity_level="enum:low|medium|high|system",
        ),
        "windows-service-ext": _table(
            service_name="string",
            descriptions="[string]",
            display_name="string",
            group_name="string",
            start_type="enum:SERVICE_AUTO_START|SERVICE_BOOT_START|SERVICE_DEMAND_START|SERVICE_DISABLED"
            "|SERVICE_SYSTEM_ALERT|SERVICE_SYSTEM_START",
            service_dll_refs="[ref:file]",
            service_type="enum:SERVICE_KERNEL_DRIVER|SERVICE_FILE_SYSTEM_DRIVER|SERVICE_WIN32_OWN_PROCESS"
            "|SERVICE_WIN32_SHARE_PROCESS",
            service_status="enum:SERVICE_CONTINUE_PENDING|SERVICE_PAUSE_PENDING|SERVICE_PAUSED|SERVICE_RUNNING"
            "|SERVICE_START_PENDING|SERVICE_STOP_PENDING|SERVICE_STOPPED",
        ),
    },
    "user-account": {
        "unix-account-ext": _table(  # noqa: S604  `shell` is a property of the standard.
            gid="integer", groups="[string]", home_dir="string", shell="string"
        ),
    },
}

# Common properties (section 3.2): of domain and relationship objects, of observables, of meta objects.
_COMMON = _table(
    type="string!",
    spec_version="string!",
    id="identifier!",
    created_by_ref="ref:identity",
    created="timestamp!",
    modified="timestamp!",
    revoked="boolean",
    labels="[string]",
    confidence="integer:0..100",
    lang="string",
    external_references="[object:external-reference]",
    object_marking_refs="[ref:marking-definition]",
    granular_markings="[object:granular-marking]",
    extensions="extensions",
)
_COMMON_OBSERVABLE = _table(
    type="string!",
    spec_version="string",
    id="identifier!",
    object_marking_refs="[ref:marking-definition]",
    granular_markings="[object:granular-marking]",
    defanged="boolean",
    extensions="extensions",
)
_COMMON_MARKING = _table(
    type="string!",
    spec_version="string!",
    id="identifier!",
    created_by_ref="ref:identity",
    created="timestamp!",
    external_references="[object:external-reference]",
    object_marking_refs="[ref:marking-definition]",
    granular_markings="[object:granular-marking]",
    extensions="extensions",
)
COMMON_PROPERTIES: Mapping[str, Properties] = {
    "sdo": _COMMON,
    "sro": _COMMON,
    "sco": _COMMON_OBSERVABLE,
    "meta": _COMMON,
    "custom": _table(
        type="string!",
        spec_version="string",
        id="identifier!",
        created_by_ref="ref:identity",
        created="timestamp",
        modified="timestamp",
        revoked="boolean",
        labels="[string]",
        confidence="integer:0..100",
        lang="string",
        external_references="[object:external-reference]",
        object_marking_refs="[ref:marking-definition]",
        granular_markings="[object:granular-marking]",
        defanged="boolean",
        extensions="extensions",
    ),
}

_KILL_CHAINS = "[object:kill-chain-phase]"

# STIX Domain Objects (chapter 4).
_SDO: Mapping[str, Properties] = {
    "attack-pattern": _table(name="string!", description="string", aliases="[string]", kill_chain_phases=_KILL_CHAINS),
    "campaign": _table(
        name="string!",
        description="string",
        aliases="[string]",
        first_seen="timestamp",
        last_seen="timestamp",
        objective="string",
    ),
    "course-of-action": _table(name="string!", description="string"),
    "grouping": _table(name="string", description="string", context="string!", object_refs="[ref:*]!"),
    "identity": _table(
        name="string!",
        description="string",
        roles="[string]",
        identity_class="string",
        sectors="[string]",
        contact_information="string",
    ),
    "incident": _table(name="string!", description="string"),
    "indicator": _table(
        name="string",
        description="string",
        indicator_types="[string]",
        pattern="string!",
        pattern_type="string!",
        pattern_version="string",
        valid_from="timestamp!",
        valid_until="timestamp",
        kill_chain_phases=_KILL_CHAINS,
    ),
    "infrastructure": _table(
        name="string!",
        description="string",
        infrastructure_types="[string]",
        aliases="[string]",
        kill_chain_phases=_KILL_CHAINS,
        first_seen="timestamp",
        last_seen="timestamp",
    ),
    "intrusion-set": _table(
        name="string!",
        description="string",
        aliases="[string]",
        first_seen="timestamp",
        last_seen="timestamp",
        goals="[string]",
        resource_level="string",
        primary_motivation="string",
        secondary_motivations="[string]",
    ),
    "location": _table(
        name="string",
        description="string",
        latitude="float:-90..90",
        longitude="float:-180..180",
        precision="float:0..",
        region="string",
        country="string",
        administrative_area="string",
        city="string",
        street_address="string",
        postal_code="string",
    ),
    "malware": _table(
        name="string",
        description="string",
        malware_types="[string]",
        is_family="boolean!",
        aliases="[string]",
        kill_chain_phases=_KILL_CHAINS,
        first_seen="timestamp",
        last_seen="timestamp",
        operating_system_refs="[ref:software]",
        architecture_execution_envs="[string]",
        implementation_languages="[string]",
        capabilities="[string]",
        sample_refs="[ref:artifact|file]",
    ),
    "malware-analysis": _table(
        product="string!",
        version="string",
        host_vm_ref="ref:software",
        operating_system_ref="ref:software",
        installed_software_refs="[ref:software]",
        configuration_version="string",
        modules="[string]",
        analysis_engine_version="string",
        analysis_definition_version="string",
        submitted="timestamp",
        analysis_started="timestamp",
        analysis_ended="timestamp",
        result_name="string",
        result="string",
        analysis_sco_refs="[ref:sco]",
        sample_ref="ref:artifact|file|network-traffic",
    ),
    "note": _table(abstract="string", content="string!", authors="[string]", object_refs="[ref:*]!"),
    "observed-data": _table(
        first_observed="timestamp!",
        last_observed="timestamp!",
        number_observed="integer:1..999999999!",
        objects="container",
        object_refs="[ref:sco|sro]",
    ),
    "opinion": _table(
        explanation="string",
        authors="[string]",
        opinion="enum:strongly-disagree|disagree|neutral|agree|strongly-agree!",
        object_refs="[ref:*]!",
    ),
    "report": _table(
        name="string!",
        description="string",
        report_types="[string]",
        published="timestamp!",
        object_refs="[ref:*]!",
    ),
    "threat-actor": _table(
        name="string!",
        description="string",
        threat_actor_types="[string]",
        aliases="[string]",
        first_seen="timestamp",
        last_seen="timestamp",
        roles="[string]",
        goals="[string]",
        sophistication="string",
        resource_level="string",
        primary_motivation="string",
        secondary_motivations="[string]",
        personal_motivations="[string]",
    ),
    "tool": _table(
        name="string!",
        description="string",
        tool_types="[string]",
        aliases="[string]",
        kill_chain_phases=_KILL_CHAINS,
        tool_version="string",
    ),
    "vulnerability": _table(name="string!", description="string"),
}

# STIX Relationship Objects (chapter 5).
_SRO: Mapping[str, Properties] = {
    "relationship": _table(
        relationship_type="string!",
        description="string",
        source_ref="ref:sdo|sco!",
        target_ref="ref:sdo|sco!",
        start_time="timestamp",
        stop_time="timestamp",
    ),
    "sighting": _table(
        description="string",
        first_seen="timestamp",
        last_seen="timestamp",
        count="integer:0..999999999",
        sighting_of_ref="ref:sdo!",
        observed_data_refs="[ref:observed-data]",
        where_sighted_refs="[ref:identity|location]",
        summary="boolean",
    ),
}

# STIX Cyber-observable Objects (chapter 6).
_SCO: Mapping[str, Properties] = {
    "artifact": _table(
        mime_type="string",
        payload_bin="binary",
        url="string",
        hashes="hashes",
        encryption_algorithm="enum:AES-256-GCM|ChaCha20-Poly1305|mime-type-indicated",
        decryption_key="string",
    ),
    "autonomous-system": _table(number="integer:0..!", name="string", rir="string"),
    "directory": _table(
        path="string!",
        path_enc="string",
        ctime="timestamp",
        mtime="timestamp",
        atime="timestamp",
        contains_refs="[ref:file|directory]",
    ),
    "domain-name": _table(value="string!", resolves_to_refs="[ref:ipv4-addr|ipv6-addr|domain-name]"),
    "email-addr": _table(value="string!", display_name="string", belongs_to_ref="ref:user-account"),
    "email-message": _table(
        is_multipart="boolean!",
        date="timestamp",
        content_type="string",
        from_ref="ref:email-addr",
        sender_ref="ref:email-addr",
        to_refs="[ref:email-addr]",
        cc_refs="[ref:email-addr]",
        bcc_refs="[ref:email-addr]",
        message_id="string",
        subject="string",
        received_lines="[string]",
        additional_header_fields="dictionary",
        body="string",
        body_multipart="[object:email-mime-part]",
        raw_email_ref="ref:artifact",
    ),
    "file": _table(
        hashes="hashes",
        size="integer:0..",
        name="string",
        name_enc="string",
        magic_number_hex="hex",
        mime_type="string",
        ctime="timestamp",
        mtime="timestamp",
        atime="timestamp",
        parent_directory_ref="ref:directory",
        contains_refs="[ref:sco]",
        content_ref="ref:artifact",
    ),
    "ipv4-addr": _table(value="string!", resolves_to_refs="[ref:mac-addr]", belongs_to_refs="[ref:autonomous-system]"),
    "ipv6-addr": _table(value="string!", resolves_to_refs="[ref:mac-addr]", belongs_to_refs="[ref:autonomous-system]"),
    "mac-addr": _table(value="string!"),
    "mutex": _table(name="string!"),
    "network-traffic": _table(
        start="timestamp",
        end="timestamp",
        is_active="boolean",
        src_ref="ref:ipv4-addr|ipv6-addr|mac-addr|domain-name",
        dst_ref="ref:ipv4-addr|ipv6-addr|mac-addr|domain-name",
        src_port="integer:0..65535",
        dst_port="integer:0..65535",
        protocols="[string]!",
        src_byte_count="integer:0..",
        dst_byte_count="integer:0..",
        src_packets="integer:0..",
        dst_packets="integer:0..",
        ipfix="dictionary",
        src_payload_ref="ref:artifact",
        dst_payload_ref="ref:artifact",
        encapsulates_refs="[ref:network-traffic]",
        encapsulated_by_ref="ref:network-traffic",
    ),
    "process": _table(
        is_hidden="boolean",
        pid="integer:0..",
        created_time="timestamp",
        cwd="string",
        command_line="string",
        environment_variables="dictionary",
        opened_connection_refs="[ref:network-traffic]",
        creator_user_ref="ref:user-account",
        image_ref="ref:file",
        parent_ref="ref:process",
        child_refs="[ref:process]",
    ),
    "software": _table(
        name="string!", cpe="string", swid="string", languages="[string]", vendor="string", version="string"
    ),
    "url": _table(value="string!"),
    "user-account": _table(
        user_id="string",
        credential="string",
        account_login="string",
        account_type="string",
        display_name="string",
        is_service_account="boolean",
        is_privileged="boolean",
        can_escalate_privs="boolean",
        is_disabled="boolean",
        account_created="timestamp",
        account_expires="timestamp",
        credential_last_changed="timestamp",
        account_first_login="timestamp",
        account_last_login="timestamp",
    ),
    "windows-registry-key": _table(
        key="string",
        values="[object:windows-registry-value]",
        modified_time="timestamp",
        creator_user_ref="ref:user-account",
        number_of_subkeys="integer:0..",
    ),
    "x509-certificate": _table(
        is_self_signed="boolean",
        hashes="hashes",
        version="string",
        serial_number="string",
        signature_algorithm="string",
        issuer="string",
        validity_not_before="timestamp",
        validity_not_after="timestamp",
        subject="string",
        subject_public_key_algorithm="string",
        subject_public_key_modulus="string",
        subject_public_key_exponent="integer",
        x509_v3_extensions="object:x509-v3-extensions",
    ),
}

# STIX Meta Objects (chapter 7).
_META: Mapping[str, Properties] = {
    "extension-definition": _table(
        name="string!",
        description="string",
        schema="string!",
        version="string!",
        extension_types="[enum:new-sdo|new-sco|new-sro|property-extension|toplevel-property-extension]!",
        extension_properties="[string]",
    ),
    "language-content": _table(object_ref="ref:sdo|sro|meta!", object_modified="timestamp", contents="dictionary!"),
    "marking-definition": _table(name="string", definition_type="string", definition="any"),
}


def _types() -> dict[str, ObjectType]:
    tables: tuple[tuple[Category, Mapping[str, Properties]], ...] = (
        ("sdo", _SDO),
        ("sro", _SRO),
        ("sco", _SCO),
        ("meta", _META),
    )
    types: dict[str, ObjectType] = {}
    for category, table in tables:
        for name, own in table.items():
            common = _COMMON_MARKING if name == "marking-definition" else COMMON_PROPERTIES[category]
            types[name] = ObjectType(name, category, MappingProxyType({**common, **own}))
    return types


TYPES: Mapping[str, ObjectType] = MappingProxyType(_types())

# What the standard lets a producer leave out without a change of meaning; the type "" stands for every type.
DEFAULTS: Mapping[str, Mapping[str, Any]] = {
    "": {"revoked": False, "defanged": False},
    "sighting": {"summary": False},
}

_SIGHTED = ("observed_data_refs", "where_sighted_refs")
_OBSERVED = ("object_refs", "objects")

# Values that count or sum up whole lists (sections 4.14 and 5.2): type -> property -> the lists it says something of.
AGGREGATES: Mapping[str, Mapping[str, tuple[str, ...]]] = {
    "sighting": {"count": _SIGHTED, "first_seen": _SIGHTED, "last_seen": _SIGHTED, "summary": _SIGHTED},
    "observed-data": {"first_observed": _OBSERVED, "last_observed": _OBSERVED, "number_observed": _OBSERVED},
}

# Pairs of timestamps of one object: (earlier, later, whether they may be equal), by type; "" is every type.
TIME_ORDER: Mapping[str, tuple[tuple[str, str, bool], ...]] = {
    "": (("created", "modified", True), ("first_seen", "last_seen", True)),
    "indicator": (("valid_from", "valid_until", False),),
    "observed-data": (("first_observed", "last_observed", True),),
    "relationship": (("start_time", "stop_time", False),),
    "malware-analysis": (("analysis_started", "analysis_ended", True),),
    "network-traffic": (("start", "end", True),),
}

# Of each group at least one property must be there (the types' own sections of chapters 4, 6 and 7).
AT_LEAST_ONE: Mapping[str, tuple[tuple[str, ...], ...]] = {
    "artifact": (("payload_bin", "url"),),
    "file": (("hashes", "name"),),
    "location": (("region", "country", "latitude"),),
    "malware-analysis": (("result", "analysis_sco_refs"),),
    "marking-definition": (("definition", "extensions"),),
    "network-traffic": (("src_ref", "dst_ref"),),
    "observed-data": (("objects", "object_refs"),),
}

# Of each pair never both, and both or neither.
NOT_BOTH: Mapping[str, tuple[tuple[str, str], ...]] = {
    "artifact": (("payload_bin", "url"),),
    "observed-data": (("objects", "object_refs"),),
}
TOGETHER: Mapping[str, tuple[tuple[str, str], ...]] = {
    "location": (("latitude", "longitude"),),
    "marking-definition": (("definition", "definition_type"),),
}
# The first needs the second, but not the other way round.
NEEDS: Mapping[str, tuple[tuple[str, str], ...]] = {
    "artifact": (("url", "hashes"), ("decryption_key", "encryption_algorithm")),
    "location": (("precision", "latitude"), ("precision", "longitude")),
}

# An object has to have at least one property beside the common ones, where all of its own are optional.
NEEDS_SOMETHING: frozenset[str] = frozenset({"process", "user-account", "windows-registry-key", "x509-certificate"})

EXTENSION_KINDS = frozenset({"new-sdo", "new-sco", "new-sro", "property-extension", "toplevel-property-extension"})

# Hash algorithms by their vocabulary name with the length of the hex value (section 10.7); None: any text.
HASH_LENGTHS: Mapping[str, int | None] = {
    "MD5": 32,
    "SHA-1": 40,
    "SHA-256": 64,
    "SHA-512": 128,
    "SHA3-256": 64,
    "SHA3-512": 128,
    "SSDEEP": None,
    "TLSH": None,
}


def category_of(type_name: str) -> Category:
    """Which kind of object a type name stands for; `custom` for every type that the standard does not define."""
    known = TYPES.get(type_name)
    return "custom" if known is None else known.category


def properties_of(type_name: str) -> Properties:
    """The properties of a type, the common ones included; for a custom type only those."""
    known = TYPES.get(type_name)
    return COMMON_PROPERTIES["custom"] if known is None else known.properties


def aggregates_of(type_name: str) -> Mapping[str, tuple[str, ...]]:
    """The properties of a type that sum up lists, with the names of those lists."""
    return AGGREGATES.get(type_name, {})


def required_properties(type_name: str) -> frozenset[str]:
    """The names that every object of the type must have."""
    return _REQUIRED.get(type_name, _REQUIRED_OF_CUSTOM)


def structured_properties(type_name: str) -> tuple[str, ...]:
    """The names of a type's properties whose structure the standard defines, but for the granular markings."""
    return _STRUCTURED.get(type_name, _STRUCTURED_OF_CUSTOM)


def _required(properties: Properties) -> frozenset[str]:
    return frozenset(name for name, rule in properties.items() if rule.is_required)


def _structured(properties: Properties) -> tuple[str, ...]:
    return tuple(name for name, rule in properties.items() if rule.structure and name != "granular_markings")


_REQUIRED = {name: _required(definition.properties) for name, definition in TYPES.items()}
_REQUIRED_OF_CUSTOM = _required(COMMON_PROPERTIES["custom"])
_STRUCTURED = {name: _structured(definition.properties) for name, definition in TYPES.items()}
_STRUCTURED_OF_CUSTOM = _structured(COMMON_PROPERTIES["custom"])
