// SPDX-License-Identifier: BSL-1.0
#ifndef CONSTAGE_PLAN_RESOLVE_HPP_INCLUDED
#define CONSTAGE_PLAN_RESOLVE_HPP_INCLUDED

#include <constage/detail/config.hpp>
#include <constage/plan/describe.hpp>
#include <constage/plan/plan.hpp>

#include <cstddef>
#include <map>
#include <string>
#include <vector>

/// Which stages a target needs, and what each FROM comes to mean for given arguments. No base image is looked at.
namespace constage::plan {

/// What the caller of a build decides.
struct choice {
    std::string target;                             ///< --target; empty: plan::targets, else the last stage
    std::map<std::string, std::string> build_args;  ///< --build-arg
    std::string build_platform = "linux/amd64";
    std::string target_platform = "linux/amd64";
    std::vector<std::string> named_contexts;  ///< names that --build-context gives: they hide stages and images (X011)
};

enum class edge_kind : unsigned char { from, copy, mount, select };
struct edge {
    std::size_t user, used;  ///< stages: `user` needs `used`
    edge_kind kind;
    source where;
};

struct resolved_stage {
    reference from;        ///< scratch, stage or image (text expanded); select has been decided
    std::string platform;  ///< FROM --platform expanded, or the target platform
    bool needed = false;
    bool replaced = false;  ///< a named context stands for this stage: its steps are skipped
    std::size_t level = 0;  ///< 0: needs no other stage
};

struct resolution {
    std::map<std::string, std::string> global_args;  ///< with a value: ARGs before FROM and the platform arguments (A009, A010)
    std::vector<resolved_stage> stages;              ///< as many as plan::stages
    std::vector<edge> edges;                         ///< among all stages, in plan order
    std::vector<std::size_t> order;                  ///< needed stages, users after what they use
    std::vector<std::size_t> targets;
    std::size_t levels = 0;
};

/// Throws constage::failure: unknown target (with did-you-mean), cycle, COPY from a later stage, blank FROM, bad variable syntax.
resolution resolve(plan const& what, choice const& how);

/// The predefined arguments of the platforms and the target stage (A009, A010); build arguments override them.
std::map<std::string, std::string> predefined_arguments(choice const& how, std::string const& target_stage);

/// "build", or its number for a stage without a name.
std::string stage_name(plan const& what, std::size_t stage);
/// "Dockerfile:7", "Dockerfile:7-9", or "".
std::string where(source const& place);

}  // namespace constage::plan

#ifdef CONSTAGE_HEADER_ONLY
#include <constage/plan/resolve.ipp>
#endif
#endif
