// SPDX-License-Identifier: BSL-1.0
#ifndef CONSTAGE_ENGINE_LOWER_STAGE_HPP_INCLUDED
#define CONSTAGE_ENGINE_LOWER_STAGE_HPP_INCLUDED

#include <constage/detail/config.hpp>
#include <constage/engine/history.hpp>
#include <constage/engine/lower.hpp>

#include <map>
#include <optional>
#include <string>
#include <utility>
#include <vector>

/// How engine::lower walks one stage: the state that instructions change, instruction by instruction.
namespace constage::engine::lower_detail {

/// Walks the stages on demand: a stage when something needs it (an ONBUILD trigger of a base image may be the first to say so).
struct lowerer {
    plan::plan const& what;
    lower_options const& how;
    base_provider const& bases;
    lowering& out;
    std::map<std::pair<std::string, std::string>, std::size_t> base_tasks;  ///< (name, platform) → task
    std::vector<char> walking;                                              ///< stages on the path, against cycles through triggers

    void need(std::size_t stage, plan::source const& by);
    std::size_t base_task(std::string const& name, std::string const& platform, std::size_t stage, plan::source const& where);
    /// The file system that `--from=` of COPY or a mount means; `user` is the stage that asks.
    std::size_t files_of(plan::reference const& from, std::size_t user, plan::source const& where);
    std::string named_context(std::string const& name, std::string const& platform) const;
};

/// One stage in the making.
struct stage_walk {
    lowerer& all;
    std::size_t index;
    lowered_stage& state;
    bool cmd_is_own = false;  ///< G010: a CMD of this stage survives an ENTRYPOINT of this stage
    std::size_t number = 0;   ///< of the instruction that makes files
    plan::source where;
    std::string text;

    void begin();
    void instruction(plan::step const& s);
    void finish();

    void operator()(plan::run const& r);
    void operator()(plan::copy const& c);
    void operator()(plan::args const& a);
    void operator()(plan::env const& e);
    void operator()(plan::label const& l);
    void operator()(plan::expose const& e);
    void operator()(plan::volume const& v);
    void operator()(plan::user const& u);
    void operator()(plan::workdir const& w);
    void operator()(plan::entrypoint const& e);
    void operator()(plan::cmd const& c);
    void operator()(plan::shell const& s);
    void operator()(plan::stopsignal const& s);
    void operator()(plan::healthcheck const& h);
    void operator()(plan::onbuild const& o);
    void operator()(plan::maintainer const& m);

    std::string expand(std::string const& word) const;
    void set_variable(std::string const& name, std::string const& value);
    std::vector<std::string> argv(plan::command const& c) const;
    std::string here() const;  ///< the working directory as a path of the tree: cleaned, of Windows without drive and backslashes
    void commit(std::string created_by, bool layer);
    task& add_task(task::kind kind);
    void take_base_config(oci::image_config const& config);
    void run_triggers();
};

/// Replaces the value of a name in a list of "K=V", or appends it.
void set_in_env(std::vector<std::string>& env, std::string const& name, std::string const& value);
/// STOPSIGNAL's table (G013): a name with or without SIG, or a number. Throws constage::failure.
void check_signal(std::string const& text);

inline constexpr char const* default_path = "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin";

}  // namespace constage::engine::lower_detail

#ifdef CONSTAGE_HEADER_ONLY
#include <constage/engine/lower_instructions.ipp>
#include <constage/engine/lower_stage.ipp>
#endif
#endif
