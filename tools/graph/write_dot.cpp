// Graphviz (graphviz.org/doc/info/lang.html): nodes, clusters and edges, for those who lay out with `dot`.
#include <fmt/format.h>

#include "tools/graph/flow.h"
#include "tools/graph/label_text.h"
#include "tools/graph/palette.h"
#include "tools/graph/write.h"

namespace endcap::graph {

namespace {

constexpr double kNodeColumns = 34, kEdgeColumns = 16;  // units of the font's size

// A quoted string of the language whose line ends are `separator`: "\n" centres, "\l" aligns to the left.
std::string quoted(const std::vector<std::string>& lines, std::string_view separator) {
  std::string result = "\"";
  for (size_t i = 0; i < lines.size(); ++i) {
    if (i > 0) result += separator;
    for (const char c : lines[i]) {
      if (c == '"' || c == '\\') result += '\\';
      result += static_cast<unsigned char>(c) < 0x20 ? ' ' : c;
    }
  }
  if (lines.size() > 1 && separator == "\\l") result += separator;
  return result + "\"";
}

// Graphviz breaks no line by itself.
std::vector<std::string> wrapped(const std::vector<std::string>& texts, double width) {
  std::vector<std::string> lines;
  for (const std::string& text : texts) {
    for (std::string& line : wrap(text, width, false)) lines.push_back(std::move(line));
  }
  return lines;
}

std::string_view shape(Kind kind) {
  switch (kind) {
    case Kind::Choice:
      return "diamond";
    case Kind::Approval:
      return "tab";
    case Kind::Task:
      return "note";
    case Kind::Throughout:
      return "component";
    default:
      return "box";
  }
}

std::string_view style(Kind kind) {
  return is_end(kind) || kind == Kind::Start || kind == Kind::WaitUntil || kind == Kind::WaitEvent
             ? "filled,rounded"
             : "filled";
}

class DotWriter {
 public:
  explicit DotWriter(const Flow& flow) : flow_(flow) {}

  std::string write(const std::string& name) {
    out_ = fmt::format("digraph {} {{\n", quoted({name}, ""));
    out_ += fmt::format("  graph [bgcolor=\"{}\", rankdir=TB, fontname=\"Helvetica\", fontcolor=\"{}\"]\n",
                        kPage, kInk);
    out_ += "  node [fontname=\"Helvetica\", fontsize=11]\n";
    out_ += fmt::format("  edge [fontname=\"Helvetica\", fontsize=10, color=\"{0}\", fontcolor=\"{0}\"]\n",
                        kFaint);
    content(std::nullopt, "  ");
    for (const Edge& edge : flow_.edges) {
      out_ += fmt::format("  n{} -> n{}", edge.from, edge.to);
      std::vector<std::string> attributes;
      if (!edge.label.empty())
        attributes.push_back("label=" + quoted(wrapped({edge.label}, kEdgeColumns), "\\l"));
      if (edge.otherwise) attributes.emplace_back("style=dashed");
      if (!attributes.empty()) out_ += fmt::format(" [{}]", fmt::join(attributes, ", "));
      out_ += '\n';
    }
    return std::move(out_) + "}\n";
  }

 private:
  void content(std::optional<size_t> box, const std::string& indent) {
    for (size_t i = 0; i < flow_.nodes.size(); ++i) {
      const FlowNode& node = flow_.nodes[i];
      if (node.inside != box) continue;
      const Look look = look_of(node.kind);
      out_ += fmt::format(
          "{}n{} [label={}, shape={}, style=\"{}\", fillcolor=\"{}\", color=\"{}\", fontcolor=\"{}\"]\n",
          indent, i, quoted(wrapped(node.lines, kNodeColumns), "\\l"), shape(node.kind), style(node.kind),
          look.fill, look.line, look.text);
    }
    for (size_t i = 0; i < flow_.boxes.size(); ++i) {
      if (flow_.boxes[i].inside != box) continue;
      const Look look = look_of(flow_.boxes[i].kind);
      out_ += fmt::format("{0}subgraph cluster_{1} {{\n{0}  label={2}\n{0}  labeljust=l\n", indent, i,
                          quoted(wrapped(flow_.boxes[i].lines, kNodeColumns), "\\l"));
      out_ += fmt::format("{0}  style=filled\n{0}  fillcolor=\"{1}\"\n{0}  color=\"{2}\"\n", indent,
                          look.fill, look.line);
      content(i, indent + "  ");
      out_ += indent + "}\n";
    }
  }

  const Flow& flow_;
  std::string out_;
};

}  // namespace

std::string write_dot(const Graph& graph) {
  const Flow flow = flow_of(graph);
  return DotWriter(flow).write(graph.name);
}

}  // namespace endcap::graph
