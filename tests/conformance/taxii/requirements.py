"""Every MUST and SHOULD of TAXII 2.1, in our own words, with the tests that show it or the reason why none does.

One row may stand for several keywords that say one thing; `must` and `should` count them, and the counts of a section
add up to what `IN_THE_STANDARD` found in its text. Rows about clients and operators are here too, or the count would be
a guess.
"""

from __future__ import annotations

from dataclasses import dataclass

IN_THE_STANDARD: dict[str, tuple[int, int]] = {
    "2": (12, 0),
    "3.1": (10, 2),
    "3.2": (4, 1),
    "3.3": (2, 0),
    "3.4": (10, 0),
    "3.4.1": (10, 0),
    "3.5": (1, 0),
    "3.6.1": (1, 0),
    "3.7": (2, 0),
    "3.8": (3, 0),
    "3.9": (2, 0),
    "4.1.1": (5, 0),
    "4.2": (1, 0),
    "4.2.1": (5, 0),
    "4.3": (1, 2),
    "4.3.1": (8, 1),
    "5.1": (1, 0),
    "5.1.1": (1, 0),
    "5.2": (1, 0),
    "5.2.1": (2, 0),
    "5.3": (3, 0),
    "5.3.1": (4, 1),
    "5.4": (3, 0),
    "5.5": (4, 1),
    "5.6": (4, 0),
    "5.7": (5, 0),
    "5.8": (3, 0),
    "5.8.1": (1, 0),
    "7.1.1": (5, 2),
    "8.1.1": (1, 0),
    "8.1.2": (4, 0),
    "8.2.1": (5, 1),
    "8.2.2": (3, 3),
    "8.3.1": (1, 1),
    "8.4.1": (1, 1),
    "8.4.2": (2, 1),
    "8.5": (1, 0),
    "8.5.1": (3, 2),
    "8.5.2": (0, 2),
}
"""How often MUST and SHOULD (with NOT) stand in each section of the OASIS Standard of 10 June 2021."""


@dataclass(frozen=True, slots=True)
class Requirement:
    """What the standard asks of a server (or of somebody else), and what shows that it is so."""

    section: str
    says: str
    tests: tuple[str, ...] = ()
    must: int = 0
    should: int = 0
    reason: str = ""
    """Why there is no test, or what is done instead."""


_AUTHENTICATION = ("test_5_without_authentication_a_collection_is_401",)
_CLIENT = "asks something of clients; the server takes requests that do not comply, too"

REQUIREMENTS = (
    # 2 Data types
    Requirement("2", "a boolean is written true or false", ("test_2_boolean_is_a_literal",), must=1),
    Requirement("2", "an identifier is a UUID of version 4", ("test_2_identifier_is_a_version_4_uuid",), must=1),
    Requirement("2", "an integer fits 54 bits", ("test_2_integer_fits_54_bits",), must=1),
    Requirement("2", "the values of a list are of its type", ("test_2_list_values_are_of_one_type",), must=1),
    Requirement("2", "a list has a value, or is left out", ("test_2_list_is_never_empty",), must=2),
    Requirement("2", "a required list is there with a value", ("test_2_required_list_is_present",), must=2),
    Requirement(
        "2",
        "a timestamp is RFC 3339 in UTC with Z and microseconds",
        ("test_2_timestamp_has_microseconds_in_utc",),
        must=4,
    ),
    # 3.1 Endpoints
    Requirement(
        "3.1",
        "paths of requests end in a slash",
        ("test_3_1_paths_are_served_with_and_without_the_last_slash",),
        must=1,
        reason=_CLIENT,
    ),
    Requirement(
        "3.1", "success has the body of its endpoint", ("test_3_1_success_has_the_body_of_its_endpoint",), must=1
    ),
    Requirement(
        "3.1",
        "requests name a TAXII media range, with version if they can",
        ("test_3_1_without_a_version_the_answer_is_the_highest",),
        must=3,
        should=1,
        reason=_CLIENT,
    ),
    Requirement(
        "3.1", "answers name media type and version", ("test_3_1_every_answer_has_media_type_and_version",), must=1
    ),
    Requirement(
        "3.1",
        "without a version the highest is given",
        ("test_3_1_without_a_version_the_answer_is_the_highest",),
        should=1,
    ),
    Requirement(
        "3.1",
        "an Accept of the endpoint is not 406",
        ("test_3_1_an_accept_of_the_endpoint_is_never_406", "test_3_1_another_accept_is_406"),
        must=1,
    ),
    Requirement(
        "3.1",
        "a Content-Type of the endpoint is not 415",
        ("test_3_1_a_content_type_of_the_endpoint_is_never_415", "test_3_1_another_content_type_is_415"),
        must=1,
    ),
    Requirement(
        "3.1",
        "a POST has valid Accept and Content-Type",
        ("test_3_1_another_content_type_is_415",),
        must=1,
        reason=_CLIENT,
    ),
    Requirement(
        "3.1",
        "endpoints that filter do so; methods and HEAD as HTTP has them",
        (
            "test_3_1_endpoints_that_filter_do",
            "test_3_1_head_is_get_without_a_body",
            "test_3_1_other_methods_are_405_and_say_which_there_are",
        ),
        must=1,
    ),
    # 3.2 Headers
    Requirement(
        "3.2",
        "clients name themselves in User-Agent",
        ("test_8_2_1_a_request_without_user_agent_is_answered",),
        should=1,
        reason=_CLIENT,
    ),
    Requirement(
        "3.2",
        "X-TAXII-Date-Added-First and -Last are timestamps and stand on all answers of the four reading endpoints",
        (
            "test_3_2_date_headers_stand_on_every_page_with_objects",
            "test_3_2_date_headers_are_those_of_the_first_and_last_object",
            "test_3_2_an_empty_page_has_no_dates",
        ),
        must=4,
        reason="an empty page has no first and no last object, so it has no date that could be told",
    ),
    # 3.3 Sorting
    Requirement(
        "3.3",
        "objects and manifest are in order of addition",
        ("test_3_3_objects_and_manifest_are_in_order_of_addition",),
        must=1,
    ),
    Requirement(
        "3.3", "collections are in the same order", ("test_3_3_collections_are_always_in_the_same_order",), must=1
    ),
    # 3.4 Filtering
    Requirement("3.4", "a malformed parameter is 400", ("test_3_4_a_malformed_parameter_is_400_and_named",), must=1),
    Requirement("3.4", "added_after stands once, with one timestamp", ("test_3_4_added_after_twice_is_400",), must=2),
    Requirement(
        "3.4",
        "without added_after the oldest come first",
        ("test_3_4_without_added_after_the_oldest_come_first", "test_3_4_added_after_is_strictly_exclusive"),
        must=1,
    ),
    Requirement(
        "3.4",
        "a limit is positive",
        ("test_3_4_a_limit_that_is_not_positive_is_the_default",),
        must=1,
        reason=f"{_CLIENT}: a limit of zero or less asks for the default",
    ),
    Requirement(
        "3.4",
        "a page has at most limit objects, all if they fit, and says more if there is more",
        ("test_3_4_a_page_has_at_most_limit_objects_and_all_if_they_fit",),
        must=3,
    ),
    Requirement(
        "3.4",
        "the match fields of each endpoint are supported",
        (
            "test_3_4_every_match_field_is_supported",
            "test_3_4_match_fields_are_anded_and_their_values_ored",
            "test_3_4_unknown_match_fields_are_ignored",
            "test_3_4_brackets_may_be_percent_encoded",
        ),
        must=1,
    ),
    Requirement("3.4", "a match field stands once", ("test_3_4_a_match_field_twice_is_400",), must=1),
    # 3.4.1 Fields
    Requirement("3.4.1", "spec_version gives no other", ("test_3_4_1_spec_version_gives_no_other",), must=1),
    Requirement(
        "3.4.1",
        "without spec_version the latest is given",
        ("test_3_4_1_without_spec_version_the_latest_is_given",),
        must=1,
    ),
    Requirement("3.4.1", "a type of STIX 2.1 is no error", ("test_3_4_1_a_type_of_the_standard_is_no_error",), must=1),
    Requirement(
        "3.4.1",
        "without version only the latest is given",
        ("test_3_4_1_without_version_only_the_latest_is_given", "test_3_4_1_versions_are_first_last_all_or_exact"),
        must=1,
    ),
    Requirement(
        "3.4.1",
        "what has no modified has created as its version",
        ("test_3_4_1_what_has_no_modified_has_created_as_its_version",),
        must=1,
    ),
    Requirement(
        "3.4.1",
        "a version is asked for once, all by itself, as a timestamp of STIX",
        ("test_3_4_1_versions_given_twice_or_beside_all_or_malformed_are_400",),
        must=4,
    ),
    Requirement(
        "3.4.1",
        "version is ignored for formats without versions",
        ("test_3_4_1_what_has_neither_has_a_version_that_finds_it",),
        must=1,
        reason="there is no other format than STIX here; observables have the date they were added as their version",
    ),
    # 3.5 Pagination
    Requirement(
        "3.5",
        "more is true if there is more",
        (
            "test_3_5_pages_by_next_give_everything_once",
            "test_3_5_pages_by_added_after_give_everything_once",
            "test_3_5_next_holds_the_filters_and_may_go_without_them",
            "test_3_5_next_wins_over_a_newer_added_after",
            "test_3_5_next_of_another_account_collection_or_filter_is_400",
        ),
        must=1,
    ),
    # 3.6 to 3.9
    Requirement(
        "3.6.1", "http_status is that of the answer", ("test_3_6_1_http_status_is_that_of_the_answer",), must=1
    ),
    Requirement(
        "3.7",
        "STIX objects come in an envelope, and nothing else in it",
        ("test_3_7_objects_come_in_an_envelope", "test_3_7_every_object_says_its_spec_version"),
        must=2,
    ),
    Requirement("3.8", "names are those of the standard", ("test_3_8_names_are_those_of_the_standard",), must=2),
    Requirement("3.8", "required properties are there", ("test_3_8_required_properties_are_there",), must=1),
    Requirement(
        "3.9", "a DNS SRV record is named taxii2, over tcp", must=2, reason="for who runs the DNS, not the server"
    ),
    # 4.1 Discovery
    Requirement("4.1.1", "default is one of api_roots", ("test_4_1_1_default_is_among_the_api_roots",), must=1),
    Requirement(
        "4.1.1",
        "API roots are https or relative URLs with one leading slash and no query",
        ("test_4_1_1_api_roots_are_relative_urls",),
        must=4,
    ),
    # 4.2 API root
    Requirement("4.2", "each API root has its own URL", ("test_4_2_each_api_root_has_its_own_url",), must=1),
    Requirement(
        "4.2.1", "versions are media types with version", ("test_4_2_1_versions_are_media_types_with_version",), must=3
    ),
    Requirement("4.2.1", "max_content_length is positive", ("test_4_2_1_max_content_length_is_positive",), must=1),
    Requirement(
        "4.2.1",
        "a body within it is not 413",
        ("test_4_2_1_a_body_within_max_content_length_is_not_413",),
        must=1,
    ),
    # 4.3 Status
    Requirement("4.3", "a status is kept for a day at least", ("test_4_3_a_status_is_kept",), should=1),
    Requirement("4.3", "a complete status is not asked for again", should=1, reason=_CLIENT),
    Requirement(
        "4.3",
        "an unknown status is 404",
        ("test_4_3_an_unknown_status_is_404", "test_4_3_a_status_of_another_account_is_404"),
        must=1,
    ),
    Requirement(
        "4.3.1",
        "status is complete or pending, counts are not negative",
        ("test_4_3_1_status_counts_every_object",),
        must=5,
    ),
    Requirement(
        "4.3.1",
        "details name the STIX id and modified, created, or a value that stays the same",
        ("test_4_3_1_details_name_id_and_version", "test_4_3_1_failures_say_why"),
        must=3,
        should=1,
    ),
    # 5 Collections
    Requirement(
        "5.1",
        "without authentication 401 or 404",
        ("test_5_without_authentication_is_401",),
        must=1,
    ),
    Requirement(
        "5.1.1", "no collections are an empty object", ("test_5_1_1_no_collections_are_an_empty_object",), must=1
    ),
    Requirement("5.2", "without authentication 401 or 404", _AUTHENTICATION, must=1),
    Requirement("5.2.1", "an alias is unique", ("test_5_2_1_collections_have_no_alias",), must=1),
    Requirement(
        "5.2.1",
        "media_types are all that is stored",
        (
            "test_5_2_1_media_types_are_all_that_is_stored",
            "test_5_2_a_collection_is_as_it_is_listed",
            "test_5_2_1_titles_are_unique_and_safe_to_write_in_lists",
        ),
        must=1,
    ),
    Requirement("5.3", "without authentication 401 or 404", _AUTHENTICATION, must=2),
    Requirement(
        "5.3",
        "without can_read 403 or 404",
        (
            "test_5_a_collection_that_cannot_be_read_is_404",
            "test_5_every_collection_in_the_list_can_be_read",
            "test_5_forbidden_and_absent_look_alike",
        ),
        must=1,
    ),
    Requirement(
        "5.3.1", "an empty manifest is an empty object", ("test_5_3_1_an_empty_manifest_is_an_empty_object",), must=1
    ),
    Requirement(
        "5.3.1",
        "records have the STIX id, a version, a media type of the collection",
        ("test_5_3_1_records_have_id_version_and_a_media_type_of_the_collection",),
        must=3,
        should=1,
    ),
    Requirement("5.4", "without authentication 401 or 404", _AUTHENTICATION, must=1),
    Requirement("5.4", "without can_read 403 or 404", ("test_5_a_collection_that_cannot_be_read_is_404",), must=1),
    Requirement("5.4", "nothing found is an empty envelope", ("test_5_4_nothing_found_is_an_empty_envelope",), must=1),
    Requirement(
        "5.5",
        "without authentication 401 or 404",
        ("test_5_5_without_authentication_nothing_is_added",),
        must=1,
    ),
    Requirement("5.5", "without can_write 403 or 404", ("test_5_5_a_view_cannot_be_written",), must=1),
    Requirement("5.5", "an exact duplicate is no error", ("test_5_5_an_exact_duplicate_is_no_error",), must=1),
    Requirement(
        "5.5",
        "clients poll a pending status",
        ("test_5_5_success_is_202_with_a_status",),
        should=1,
        reason=f"{_CLIENT}; every status is complete at once",
    ),
    Requirement(
        "5.5",
        "clients send an envelope",
        ("test_5_5_a_malformed_body_is_422",),
        must=1,
        reason=f"{_CLIENT}: a bundle is taken as well",
    ),
    Requirement(
        "5.6",
        "an object is found by its STIX id",
        (
            "test_5_6_an_object_is_found_by_its_stix_id",
            "test_5_6_an_absent_object_is_404",
            "test_5_6_only_versions_can_be_matched",
        ),
        must=1,
    ),
    Requirement("5.6", "without authentication 401 or 404", _AUTHENTICATION, must=1),
    Requirement("5.6", "without can_read 403 or 404", ("test_5_a_collection_that_cannot_be_read_is_404",), must=1),
    Requirement(
        "5.6",
        "nothing found is an empty envelope",
        ("test_5_6_an_object_without_the_version_asked_for_is_an_empty_envelope",),
        must=1,
    ),
    Requirement(
        "5.7",
        "objects are named by their STIX id; without can_read and can_write 403 or 404 by the table",
        ("test_5_7_deleting_is_refused_as_the_table_of_the_standard_says",),
        must=2,
        reason="no account may delete: 403 for what it sees, 404 for what it does not",
    ),
    Requirement(
        "5.7",
        "what was deleted is 404 and in no answer",
        ("test_5_7_what_left_the_view_is_in_no_answer",),
        must=2,
        reason="shown for what was recalled, the only way out of a view",
    ),
    Requirement("5.7", "without authentication 401 or 404", ("test_5_7_without_authentication_is_401",), must=1),
    Requirement(
        "5.8",
        "what has no modified has created as its version",
        (
            "test_5_8_what_has_no_modified_has_created_or_the_date_it_was_added",
            "test_5_8_versions_are_listed_in_order",
            "test_5_8_versions_page_by_limit_next_and_added_after",
        ),
        must=1,
    ),
    Requirement("5.8", "without authentication 401 or 404", _AUTHENTICATION, must=1),
    Requirement("5.8", "without can_read 403 or 404", ("test_5_a_collection_that_cannot_be_read_is_404",), must=1),
    Requirement("5.8.1", "no versions are an empty object", ("test_5_8_1_no_versions_are_an_empty_object",), must=1),
    # 7 Custom properties
    Requirement(
        "7.1.1",
        "custom properties are named in a certain way and not needed where the standard has one",
        (
            "test_7_1_1_no_resource_has_custom_properties_but_next",
            "test_7_1_1_custom_properties_of_an_envelope_are_ignored",
        ),
        must=5,
        should=2,
        reason="we write none; `next`, which the standard defines for envelopes, also stands on manifests and versions",
    ),
    # 8 Conformance
    Requirement("8.1.1", "what 8.1.2 asks", ("test_8_1_2_every_endpoint_of_the_standard_is_there",), must=1),
    Requirement(
        "8.1.2",
        "sections 3 to 5 and 8.2, all required properties, optional features as they are defined",
        ("test_8_1_2_every_endpoint_of_the_standard_is_there",),
        must=4,
    ),
    Requirement(
        "8.2.1",
        "discovery is at /taxii2/ of the server, with an API root",
        ("test_8_2_1_discovery_is_at_the_root_of_the_server",),
        must=3,
    ),
    Requirement(
        "8.2.1",
        "content and properties are valid",
        ("test_3_1_success_has_the_body_of_its_endpoint", "test_3_8_required_properties_are_there"),
        must=2,
    ),
    Requirement(
        "8.2.1",
        "no User-Agent is no reason to refuse",
        ("test_8_2_1_a_request_without_user_agent_is_answered",),
        should=1,
    ),
    Requirement(
        "8.2.2",
        "HTTPS with TLS 1.2, better 1.3, no blacklisted suite",
        ("test_8_2_2_tls_1_2_and_1_3_are_accepted", "test_8_2_2_suites_of_the_blacklist_are_refused"),
        must=2,
        should=2,
    ),
    Requirement(
        "8.2.2",
        "no 0-RTT",
        must=1,
        reason="Python's ssl module, which serves, has no early data",
    ),
    Requirement(
        "8.2.2",
        "HTTP Basic is implemented; other schemes, and leaving out what is not for the client, are allowed",
        (
            "test_8_2_2_http_basic_is_implemented",
            "test_8_2_2_other_schemes_are_implemented_in_any_case",
            "test_8_2_2_a_token_may_stand_where_a_password_does",
            "test_8_2_2_objects_of_others_are_omitted",
        ),
        should=1,
    ),
    Requirement(
        "8.3.1",
        "client certificates are verified by PKIX",
        must=1,
        should=1,
        reason="optional feature, not offered by the server itself: a proxy in front can ask for certificates",
    ),
    Requirement("8.4.1", "what 8.4.2 asks; a User-Agent", must=1, should=1, reason="for clients; our node sends one"),
    Requirement(
        "8.4.2",
        "clients parse all resources and look up the SRV record",
        must=2,
        should=1,
        reason="for clients; nodes find each other by their cards",
    ),
    Requirement("8.5", "clients support 8.5.1 and 8.5.2", must=1, reason="for clients"),
    Requirement(
        "8.5.1",
        "clients use HTTPS, TLS 1.2 or 1.3, HTTP Basic",
        must=3,
        should=2,
        reason="for clients; nodes sign their requests instead of using passwords",
    ),
    Requirement("8.5.2", "clients verify the certificate by PKIX, DANE with DNSSEC", should=2, reason="for clients"),
)
