// The tree of a graph as nodes, boxes around them, and edges: what formats with a layout of their own want.
#pragma once

#include <optional>

#include "tools/graph/graph.h"

namespace endcap::graph {

// A step, loop, branch or the like: a box around nodes. Boxes stand before those inside them.
struct Box {
  Kind kind;
  std::vector<std::string> lines;  // title, then details
  std::optional<size_t> inside;    // the box around it
};

struct FlowNode {
  Kind kind;
  std::vector<std::string> lines;
  std::optional<size_t> inside;
};

struct Edge {
  size_t from = 0, to = 0;  // nodes
  std::string label;
  bool otherwise = false;  // of a handler: not the usual way
};

struct Flow {
  std::vector<Box> boxes;
  std::vector<FlowNode> nodes;  // those of one box are not always neighbours
  std::vector<Edge> edges;
};

Flow flow_of(const Graph& graph);

}  // namespace endcap::graph
