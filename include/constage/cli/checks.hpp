// SPDX-License-Identifier: BSL-1.0
#ifndef CONSTAGE_CLI_CHECKS_HPP_INCLUDED
#define CONSTAGE_CLI_CHECKS_HPP_INCLUDED

#include <constage/cli/commands.hpp>
#include <constage/detail/config.hpp>
#include <constage/dockerfile/lint.hpp>
#include <constage/engine/bases.hpp>
#include <constage/engine/store.hpp>

#include <map>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

/// Build checks from the command line: what they need of the context and of the base images.
namespace constage::cli {

/// Configurations of base images, each asked for once. One that cannot be had is a note, no error.
class base_finder {
public:
    explicit base_finder(engine::options const& how) : how_(how) {}

    std::optional<engine::base_image> find(std::string const& name, oci::platform const& platform);
    std::vector<std::string> const& notes() const { return notes_; }

private:
    engine::options const& how_;
    std::unique_ptr<engine::store> store_;
    std::unique_ptr<engine::base_set> bases_;
    std::map<std::pair<std::string, std::string>, std::optional<engine::base_image>> known_;
    std::vector<std::string> notes_;
};

using base_lookup = std::function<std::optional<dockerfile::base_facts>(std::string const& name, std::string const& platform)>;

/// The warnings of the Dockerfile that `call` has read.
std::vector<dockerfile::warning> lint(invocation const& call, dockerfile::document const& document, base_lookup const& bases);

/// Whether `# check=error=true` was given. Throws constage::failure for bad controls.
bool warnings_are_errors(invocation const& call, dockerfile::document const& document);
/// If so and there are any: throws constage::failure.
void refuse_warnings(invocation const& call, dockerfile::document const& document, std::vector<dockerfile::warning> const& warnings);

/// As `find`, for lint().
base_lookup facts_of(base_finder& bases, engine::options const& how);
/// As the build has seen them.
base_lookup facts_of(engine::report const& done, engine::options const& how);

}  // namespace constage::cli

#ifdef CONSTAGE_HEADER_ONLY
#include <constage/cli/check.ipp>
#include <constage/cli/checks.ipp>
#endif
#endif
