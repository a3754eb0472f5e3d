// The graph in the formats people use. Each is one text, names escaped, with a line end at the end; colours
// come with a background of their own, so that they are legible on light and on dark pages.
#pragma once

#include <string>

#include "tools/graph/graph.h"

namespace endcap::graph {

std::string write_mermaid(const Graph& graph);  // `flowchart TD` of mermaid.js
std::string write_dot(const Graph& graph);      // the language of Graphviz
std::string write_svg(const Graph& graph);  // SVG 1.1, complete in itself: nested boxes from top to bottom

}  // namespace endcap::graph
