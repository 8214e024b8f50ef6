// SPDX-License-Identifier: BSL-1.0
#ifndef CONSTAGE_ENGINE_EXECUTION_HPP_INCLUDED
#define CONSTAGE_ENGINE_EXECUTION_HPP_INCLUDED

#include <constage/detail/config.hpp>
#include <constage/engine/bases.hpp>
#include <constage/engine/build.hpp>
#include <constage/engine/cache.hpp>
#include <constage/engine/key.hpp>
#include <constage/engine/lower.hpp>
#include <constage/engine/once.hpp>
#include <constage/engine/sandbox.hpp>
#include <constage/engine/store.hpp>
#include <constage/files/copy.hpp>
#include <constage/files/tree.hpp>

#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <stop_token>
#include <string>
#include <vector>

/// What the tasks of one lowering come to: keys, results, trees, directories. Every function may be called from several threads, for a task
/// whose needs are done.
namespace constage::engine {

struct failed_run;
struct run_result;

class execution {
public:
    /// `last_key`: that a task had when it was last built; "" if that is not known.
    execution(lowering const& what, options const& how, store& where, base_set& bases, cache_set& caches,
              std::function<std::string(std::size_t)> last_key);
    ~execution();

    /// Looks for the task's result. Base tasks always have one.
    bool try_cached(std::size_t task);
    /// Does the work. `output` gets what a RUN prints.
    void run(std::size_t task, std::function<void(int, std::string_view)> const& output);

    std::string const& why(std::size_t task) const;     ///< of a task that ran
    std::string const& result(std::size_t task) const;  ///< identity of the file system after the task; "" for `nothing`
    step_record const& record(std::size_t task) const;
    std::string const& key(std::size_t task) const;  ///< of what can be known without looking into other stages; known once it runs
    cache_set& caches() { return caches_; }
    std::stop_token stop() const;  ///< of the options

    files::tree tree(std::size_t task);                    ///< the whole file system after it, with contents that can be read
    files::diff changes(std::size_t task);                 ///< what it changed
    std::vector<std::string> mountable(std::size_t task);  ///< for an overlay, top first; needs privilege

    /// Network connections that the RUNs share; made when the first one asks.
    std::shared_ptr<sandbox::connection_pool> networks();

    /// Keeps the first RUN that fails, if the options say what to do with it.
    void keep(failed_run&& what);
    failed_run* failed() { return failed_.get(); }

    /// What was read of the build context until now.
    files::tree const& known_context() const { return context_; }

private:
    struct state;
    struct runner;
    files::tree context();
    files::tree listing(std::size_t task);  ///< as tree(), but the contents of an image's files need not be there
    files::tree source_of(lowered_copy const& c);
    std::vector<files::copy_request::inline_file> const& fetched(task const& t);
    files::copy_request copy_request_of(task const& t);
    std::map<std::string, files::node_ptr> inputs(task const& t, bool stages);
    ingredients quick_ingredients(task const& t);
    ingredients full_ingredients(task const& t, ingredients parts);
    void keep_lists(task const& t, ingredients const& parts);
    std::string reason(std::size_t task, ingredients const& parts);
    void finish(std::size_t task, std::string const& key, step_record record);
    files::diff compute(task const& t);
    void make_snapshot(std::size_t task, std::string const& place);
    run_result run_logged(task const& t, std::string const& key, std::function<void(int, std::string_view)> const& output);

    lowering const& what_;
    options const& how_;
    store& store_;
    base_set& bases_;
    cache_set& caches_;
    std::function<std::string(std::size_t)> last_key_;
    std::vector<std::unique_ptr<state>> states_;
    once scanned_, connected_;
    std::shared_ptr<sandbox::connection_pool> networks_;
    std::mutex failing_;
    std::unique_ptr<failed_run> failed_;
    files::tree context_;
};

}  // namespace constage::engine

#ifdef CONSTAGE_HEADER_ONLY
#include <constage/engine/execution.ipp>
#include <constage/engine/execution_keys.ipp>
#endif
#endif
