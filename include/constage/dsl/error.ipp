// SPDX-License-Identifier: BSL-1.0
#ifndef CONSTAGE_DSL_ERROR_IPP_INCLUDED
#define CONSTAGE_DSL_ERROR_IPP_INCLUDED

#include <constage/detail/config.hpp>
#include <constage/dsl/copy.hpp>
#include <constage/failure.hpp>

#include <string>

/// The rejections of checked text. In a constant expression reaching one is a compile error, for none of them is constexpr; a stage that
/// is made at run time throws.
namespace constage::error {

namespace error_detail {
[[noreturn]] CONSTAGE_INLINE void reject(std::string name) {
    for (char& c : name)
        if (c == '_') c = ' ';
    throw failure(name);
}
}  // namespace error_detail

CONSTAGE_INLINE void variable_substitution_is_bad() { error_detail::reject(__func__); }
CONSTAGE_INLINE void variable_modifier_is_not_supported() { error_detail::reject(__func__); }
CONSTAGE_INLINE void variable_brace_is_not_closed() { error_detail::reject(__func__); }
CONSTAGE_INLINE void quote_is_not_closed() { error_detail::reject(__func__); }
CONSTAGE_INLINE void image_reference_is_empty() { error_detail::reject(__func__); }
CONSTAGE_INLINE void image_repository_must_be_lower_case() { error_detail::reject(__func__); }
CONSTAGE_INLINE void image_repository_has_a_bad_character() { error_detail::reject(__func__); }
CONSTAGE_INLINE void image_tag_is_empty() { error_detail::reject(__func__); }
CONSTAGE_INLINE void image_tag_has_a_bad_character() { error_detail::reject(__func__); }
CONSTAGE_INLINE void image_digest_must_be_sha256_and_64_hex_digits() { error_detail::reject(__func__); }
CONSTAGE_INLINE void platform_must_be_os_slash_architecture() { error_detail::reject(__func__); }
CONSTAGE_INLINE void path_is_empty() { error_detail::reject(__func__); }
CONSTAGE_INLINE void path_climbs_out_of_the_build_context() { error_detail::reject(__func__); }
CONSTAGE_INLINE void mount_target_must_not_be_the_root() { error_detail::reject(__func__); }
CONSTAGE_INLINE void mode_must_be_octal_or_symbolic() { error_detail::reject(__func__); }
CONSTAGE_INLINE void owner_must_be_user_or_user_colon_group() { error_detail::reject(__func__); }
CONSTAGE_INLINE void name_is_empty() { error_detail::reject(__func__); }
CONSTAGE_INLINE void name_of_an_argument_must_be_letters_digits_and_underscores() { error_detail::reject(__func__); }
CONSTAGE_INLINE void port_must_be_a_number_from_1_to_65535() { error_detail::reject(__func__); }
CONSTAGE_INLINE void port_range_must_go_up() { error_detail::reject(__func__); }
CONSTAGE_INLINE void port_protocol_must_be_tcp_udp_or_sctp() { error_detail::reject(__func__); }
CONSTAGE_INLINE void port_must_not_name_an_address_or_a_host_port() { error_detail::reject(__func__); }
CONSTAGE_INLINE void signal_is_unknown() { error_detail::reject(__func__); }
CONSTAGE_INLINE void duration_must_be_a_number_with_a_unit() { error_detail::reject(__func__); }
CONSTAGE_INLINE void duration_must_be_0_or_at_least_1ms() { error_detail::reject(__func__); }
CONSTAGE_INLINE void command_is_empty() { error_detail::reject(__func__); }
CONSTAGE_INLINE void user_is_empty() { error_detail::reject(__func__); }
CONSTAGE_INLINE void shell_is_empty() { error_detail::reject(__func__); }
CONSTAGE_INLINE void number_must_not_be_negative() { error_detail::reject(__func__); }
CONSTAGE_INLINE void text_must_be_a_number() { error_detail::reject(__func__); }
CONSTAGE_INLINE void network_must_be_default_none_or_host() { error_detail::reject(__func__); }
CONSTAGE_INLINE void security_must_be_sandbox_or_insecure() { error_detail::reject(__func__); }
CONSTAGE_INLINE void sharing_must_be_shared_private_or_locked() { error_detail::reject(__func__); }
CONSTAGE_INLINE void checksum_must_be_algorithm_colon_digits() { error_detail::reject(__func__); }
CONSTAGE_INLINE void source_of_files_must_be_literal() { error_detail::reject(__func__); }
CONSTAGE_INLINE void destination_of_several_sources_must_end_in_a_slash() { error_detail::reject(__func__); }
CONSTAGE_INLINE void checksum_needs_exactly_one_source() { error_detail::reject(__func__); }
CONSTAGE_INLINE void source_of_copy_must_not_be_a_url() { error_detail::reject(__func__); }

}  // namespace constage::error

#endif
