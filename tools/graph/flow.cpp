// Walks the tree with the ends that are still loose: edges that lead to whatever comes next.
#include "tools/graph/flow.h"

#include <iterator>

namespace endcap::graph {

namespace {

struct Loose {
  size_t from;
  std::string label;
  bool otherwise = false;
};
using LooseEnds = std::vector<Loose>;

class Flattener {
 public:
  explicit Flattener(Flow& flow) : flow_(flow) {}

  // Adds the nodes behind `ends`; what is loose behind the last one comes back.
  LooseEnds sequence(const std::vector<Node>& nodes, LooseEnds ends, std::optional<size_t> box) {
    for (const Node& node : nodes) ends = add(node, std::move(ends), box);
    return ends;
  }

 private:
  static std::vector<std::string> lines_of(const Node& node) {
    std::vector<std::string> lines{node.title};
    lines.insert(lines.end(), node.details.begin(), node.details.end());
    return lines;
  }

  size_t make(Kind kind, std::vector<std::string> lines, const LooseEnds& ends, std::optional<size_t> box) {
    const size_t index = flow_.nodes.size();
    flow_.nodes.push_back({kind, std::move(lines), box});
    for (const Loose& end : ends) flow_.edges.push_back({end.from, index, end.label, end.otherwise});
    return index;
  }

  size_t make_box(Kind kind, std::vector<std::string> lines, std::optional<size_t> inside) {
    flow_.boxes.push_back({kind, std::move(lines), inside});
    return flow_.boxes.size() - 1;
  }

  LooseEnds add(const Node& node, LooseEnds ends, std::optional<size_t> box) {
    switch (node.kind) {
      case Kind::Step:
      case Kind::Each:
        return container(node, std::move(ends), box);
      case Kind::Together:
        return together(node, ends, box);
      case Kind::Choice:
        return choice(node, ends, box);
      default:
        return leaf(node, ends, box);
    }
  }

  LooseEnds container(const Node& node, LooseEnds ends, std::optional<size_t> box) {
    const std::vector<Node>& body = node.bodies.front().nodes;
    if (body.empty()) return leaf(node, ends, box);  // a box can't be empty
    const size_t first = flow_.nodes.size();
    ends = sequence(body, std::move(ends), make_box(node.kind, lines_of(node), box));
    // A loop all of whose ways end in `skip` still comes behind its last element.
    if (node.kind == Kind::Each && ends.empty()) ends.push_back({first, "when all are done"});
    for (const Path& handler : node.handlers) {
      LooseEnds done = handle(handler, first, box);
      std::move(done.begin(), done.end(), std::back_inserter(ends));
    }
    return ends;
  }

  LooseEnds together(const Node& node, const LooseEnds& ends, std::optional<size_t> box) {
    const size_t around = make_box(node.kind, {node.title}, box);
    const size_t fork = make(Kind::Together, {"all of these"}, ends, around);
    LooseEnds after;
    for (const Path& branch : node.bodies) {
      const size_t inside = make_box(Kind::Together, {branch.caption}, around);
      LooseEnds done = branch.nodes.empty()
                           ? LooseEnds{{make(Kind::Together, {"nothing"}, {{fork, ""}}, inside), ""}}
                           : sequence(branch.nodes, {{fork, ""}}, inside);
      std::move(done.begin(), done.end(), std::back_inserter(after));
    }
    return {{make(Kind::Together, {"all done"}, after, around), ""}};
  }

  LooseEnds choice(const Node& node, const LooseEnds& ends, std::optional<size_t> box) {
    const size_t question = make(node.kind, lines_of(node), ends, box);
    LooseEnds after;
    for (const Path& arm : node.bodies) {
      LooseEnds done = sequence(arm.nodes, {{question, arm.caption}}, box);
      std::move(done.begin(), done.end(), std::back_inserter(after));
    }
    return after;
  }

  LooseEnds leaf(const Node& node, const LooseEnds& ends, std::optional<size_t> box) {
    const size_t index = make(node.kind, lines_of(node), ends, box);
    LooseEnds after;
    if (!is_end(node.kind)) after.push_back({index, ""});
    for (const Path& handler : node.handlers) {
      LooseEnds done = handle(handler, index, box);
      std::move(done.begin(), done.end(), std::back_inserter(after));
    }
    return after;
  }

  // What is loose behind a handler that goes on.
  LooseEnds handle(const Path& handler, size_t owner, std::optional<size_t> box) {
    LooseEnds ends = sequence(handler.nodes, {{owner, handler.caption, true}}, box);
    if (!handler.then_words.empty() && handler.then != Then::Skip) {
      for (Loose& end : ends) {
        end.label += (end.label.empty() ? "" : ": ") + handler.then_words;
        end.otherwise = true;
      }
    }
    switch (handler.then) {
      case Then::GoesOn:
        return ends;
      case Then::Again:
        for (const Loose& end : ends) flow_.edges.push_back({end.from, owner, end.label, true});
        return {};
      case Then::Skip:
        make(Kind::Skip, {"skip"}, ends, box);
        return {};
      case Then::Ends:
        return {};
    }
    return {};
  }

  Flow& flow_;
};

}  // namespace

Flow flow_of(const Graph& graph) {
  Flow flow;
  Flattener(flow).sequence(graph.nodes, {}, std::nullopt);
  return flow;
}

}  // namespace endcap::graph
