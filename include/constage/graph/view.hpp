// SPDX-License-Identifier: BSL-1.0
#ifndef CONSTAGE_GRAPH_VIEW_HPP_INCLUDED
#define CONSTAGE_GRAPH_VIEW_HPP_INCLUDED

#include <constage/graph/shape.hpp>

namespace constage {

/// A graph without its type: pointers into it and lengths. Stages are numbered as they were written in `graph(…)`.
struct graph_view {
    unsigned n_stages = 0, n_links = 0, n_args = 0;
    detail::text_view const* names = nullptr;  ///< of each stage; digits alone: a nameless stage
    dsl::link const* links = nullptr;          ///< who needs whom, and how; in the order of the instructions
    unsigned const* order = nullptr;           ///< all stages; users after what they use, else as written
    unsigned const* level = nullptr;           ///< of each stage; 0: needs no other
    unsigned const* begin = nullptr;           ///< n_stages + 1: the steps of stage i are [begin[i], begin[i + 1]); the first is FROM
    bool const* target = nullptr;              ///< of each stage: named in `targets(…)`; none at all: the last stage is the target
    dsl::step const* steps = nullptr;
    dsl::word const* words = nullptr;
    dsl::step const* args = nullptr;  ///< n_args global arguments
};

}  // namespace constage

#endif
