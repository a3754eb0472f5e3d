// Mermaid: `flowchart TD` (mermaid.js.org/syntax/flowchart.html). Ids are our own, so no name can be mistaken
// for a word of Mermaid.
#include <fmt/format.h>

#include "tools/graph/flow.h"
#include "tools/graph/palette.h"
#include "tools/graph/write.h"

namespace endcap::graph {

namespace {

// Inside of "...": entity codes for what HTML or Mermaid would read.
std::string escaped(std::string_view text) {
  std::string result;
  for (const char c : text) {
    switch (c) {
      case '"':
        result += "#quot;";
        break;
      case '#':
        result += "#35;";
        break;
      case '&':
        result += "#amp;";
        break;
      case '<':
        result += "#lt;";
        break;
      case '>':
        result += "#gt;";
        break;
      case '`':
        result += "#96;";
        break;
      case '\\':
        result += "#92;";
        break;
      default:
        result += static_cast<unsigned char>(c) < 0x20 ? ' ' : c;
    }
  }
  return result;
}

std::string label(const std::vector<std::string>& lines) {
  std::string result = "\"";
  for (size_t i = 0; i < lines.size(); ++i) result += (i == 0 ? "" : "<br/>") + escaped(lines[i]);
  return result + "\"";
}

// A class's name; bare, some would be words of Mermaid ("call").
std::string css(Kind kind) { return "is_" + std::string(look_of(kind).name); }

std::string shape(const FlowNode& node) {
  const std::string text = label(node.lines);
  switch (node.kind) {
    case Kind::Start:
    case Kind::Finish:
    case Kind::Fail:
    case Kind::Skip:
      return "([" + text + "])";
    case Kind::Choice:
      return "{" + text + "}";
    case Kind::WaitUntil:
    case Kind::WaitEvent:
      return "(" + text + ")";
    case Kind::Task:
      return "[/" + text + "/]";
    case Kind::Throughout:
      return "[[" + text + "]]";
    default:
      return "[" + text + "]";
  }
}

class MermaidWriter {
 public:
  explicit MermaidWriter(const Flow& flow) : flow_(flow) {}

  std::string write() {
    out_ = "flowchart TD\n";
    content(std::nullopt, "  ");
    for (const Edge& edge : flow_.edges) {
      const std::string_view arrow = edge.otherwise ? "-.->" : "-->";
      const std::string text = edge.label.empty() ? "" : fmt::format("|{}|", label({edge.label}));
      out_ += fmt::format("  n{} {}{} n{}\n", edge.from, arrow, text, edge.to);
    }
    for (const Kind kind : kKinds) {
      const Look look = look_of(kind);
      out_ += fmt::format("  classDef {} fill:{},stroke:{},color:{}\n", css(kind), look.fill, look.line,
                          look.text);
    }
    return std::move(out_);
  }

 private:
  void content(std::optional<size_t> box, const std::string& indent) {
    for (size_t i = 0; i < flow_.nodes.size(); ++i) {
      if (flow_.nodes[i].inside != box) continue;
      out_ += fmt::format("{}n{}{}:::{}\n", indent, i, shape(flow_.nodes[i]), css(flow_.nodes[i].kind));
    }
    for (size_t i = 0; i < flow_.boxes.size(); ++i) {
      if (flow_.boxes[i].inside != box) continue;
      out_ += fmt::format("{}subgraph b{}[{}]\n", indent, i, label(flow_.boxes[i].lines));
      content(i, indent + "  ");
      out_ += fmt::format("{0}end\n{0}class b{1} {2}\n", indent, i, css(flow_.boxes[i].kind));
    }
  }

  const Flow& flow_;
  std::string out_;
};

}  // namespace

std::string write_mermaid(const Graph& graph) {
  const Flow flow = flow_of(graph);
  return MermaidWriter(flow).write();
}

}  // namespace endcap::graph
