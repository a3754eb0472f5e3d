// The three formats: well formed, whatever the names, and complete in themselves.
#include "tools/graph/write.h"

#include <doctest/doctest.h>

#include <regex>
#include <set>
#include <sstream>

#include "tests/unit/tools/graph/drawn.h"
#include "tools/graph/label_text.h"
#include "tools/graph/svg_layout.h"

using namespace endcap;
using namespace endcap::graph;

namespace {

// Texts that mean something to every format, in a graph of the simplest kind.
Graph nasty() {
  const std::string text = "a \"b\" <c> & 'd' #35; `e` \\n | ] } ) --> \u00fc\u4e2d\x01";
  Node owner{Kind::Task, text, {text}, {}, {{text, {}, Then::Again, text}}};
  return {text,
          {{Kind::Start, text},
           owner,
           {Kind::Together, text, {}, {{text, {{Kind::Read, text}}}, {"end", {}}}},
           {Kind::Finish, "end"}}};
}

std::vector<std::string> lines_of(const std::string& text) {
  std::vector<std::string> lines;
  std::istringstream stream(text);
  for (std::string line; std::getline(stream, line);) lines.push_back(line);
  return lines;
}

size_t count(const std::string& text, std::string_view what) {
  size_t result = 0;
  for (size_t at = 0; (at = text.find(what, at)) != std::string::npos; at += what.size()) ++result;
  return result;
}

// Each line of the flowchart is one of the forms that we write; labels hold nothing that Mermaid reads.
void check_mermaid(const std::string& text) {
  const std::string label = R"("[^"`<>\\]*(<br/>[^"`<>\\]*)*")";
  const std::regex node(R"( *n\d+(\[|\(\[|\{|\(|\[/|\[\[))" + label +
                        R"((\]|\]\)|\}|\)|/\]|\]\]):::is_[a-z]+)");
  const std::regex edge(R"(  n\d+ (-->|-\.->)(\|)" + label + R"(\|)? n\d+)");
  const std::regex box(R"( *subgraph b\d+\[)" + label + R"(\])"), end(R"( *end| *class b\d+ is_[a-z]+)");
  const std::regex look(R"(  classDef is_[a-z]+ fill:#[0-9a-f]{6},stroke:#[0-9a-f]{6},color:#[0-9a-f]{6})");
  const auto lines = lines_of(text);
  REQUIRE(lines.front() == "flowchart TD");
  for (size_t i = 1; i < lines.size(); ++i) {
    INFO(lines[i]);
    bool known = false;
    for (const std::regex& form : {node, edge, box, end, look})
      known = known || std::regex_match(lines[i], form);
    CHECK(known);
  }
  CHECK(count(text, "subgraph ") == count(text, " end\n"));
}

// Tags that close in order, attributes in quotes, no stray `&`: what an XML parser would insist on.
void check_xml(const std::string& text) {
  std::vector<std::string> open;
  const std::regex tag(R"re(^<(/?)([a-z]+)((?: [a-zA-Z:-]+="[^"<]*")*)\s*(/?)>)re");
  const std::regex entity("^&(amp|lt|gt|quot);");
  for (size_t at = 0; at < text.size();) {
    std::smatch found;
    if (text[at] == '<') {
      REQUIRE(std::regex_search(text.begin() + static_cast<std::ptrdiff_t>(at), text.end(), found, tag));
      if (found[1].length() > 0) {
        REQUIRE_FALSE(open.empty());
        REQUIRE(open.back() == found[2].str());
        open.pop_back();
      } else if (found[4].length() == 0) {
        open.push_back(found[2].str());
      }
      at += static_cast<size_t>(found.length(0));
    } else {
      if (text[at] == '&')
        REQUIRE(std::regex_search(text.begin() + static_cast<std::ptrdiff_t>(at), text.end(), entity));
      REQUIRE(text[at] != '>');
      REQUIRE((static_cast<unsigned char>(text[at]) >= 0x20 || text[at] == '\n'));
      ++at;
    }
  }
  CHECK(open.empty());
}

// Everything lies within what is around it, and neighbours do not cover each other.
void check_layout(const Panel& panel) {
  for (const Panel& inside : panel.panels) {
    CHECK(inside.x >= 0);
    CHECK(inside.y >= 0);
    CHECK(inside.x + inside.width <= panel.width + 0.01);
    CHECK(inside.y + inside.height <= panel.height + 0.01);
    for (const Panel& other : panel.panels) {
      const bool apart = &other == &inside || inside.x + inside.width <= other.x + 0.01 ||
                         other.x + other.width <= inside.x + 0.01 ||
                         inside.y + inside.height <= other.y + 0.01 ||
                         other.y + other.height <= inside.y + 0.01;
      CHECK(apart);
    }
    check_layout(inside);
  }
  for (const Text& text : panel.texts) {
    INFO(text.text);
    CHECK(text.x + text_width(text.text, text.bold) * kFontSize <= panel.width + 0.01);
  }
}

}  // namespace

TEST_CASE("Mermaid: a flowchart whose lines have the forms of its grammar, whatever the names") {
  check_mermaid(write_mermaid(drawn(kEverything)));
  check_mermaid(write_mermaid(nasty()));
  CHECK(write_mermaid(nasty()).find("#quot;b#quot; #lt;c#gt; #amp; 'd' #35;35; #96;e#96; #92;n") !=
        std::string::npos);
}

TEST_CASE("Graphviz: strings are quoted, braces match, what is not the usual way is dashed") {
  const std::string text = write_dot(drawn(kEverything));
  CHECK(text.starts_with("digraph \"Flow\" {\n"));
  CHECK(text.ends_with("}\n"));
  CHECK(count(text, "{\n") == count(text, "}\n"));
  CHECK(text.find("bgcolor=\"#ffffff\"") != std::string::npos);
  CHECK(std::regex_search(
      text, std::regex(R"(n\d+ -> n\d+ \[label="on changed: then ask again", style=dashed\])")));
  CHECK(text.find(R"(label="on event\lPromotionCancelled(id) where\lid == promo.id\l", style=dashed)") !=
        std::string::npos);
  const std::string hard = write_dot(nasty());
  CHECK(hard.find(R"(a \"b\" <c> & 'd' #35; `e` \\n)") != std::string::npos);
  for (const std::string& line : lines_of(hard)) {
    INFO(line);
    CHECK((count(line, "\"") - count(line, "\\\"")) % 2 == 0);
  }
}

TEST_CASE("SVG: well formed, with a ground of its own, and nothing from elsewhere") {
  for (const Graph& graph : {drawn(kEverything), nasty()}) {
    const std::string text = write_svg(graph);
    check_xml(text);
    CHECK(text.starts_with("<svg xmlns=\"http://www.w3.org/2000/svg\""));
    CHECK(count(text, "http") == 1);
    CHECK(std::regex_search(text, std::regex(R"(<rect x="0.0" y="0.0" [^>]*fill="#ffffff")")));
    CHECK(text.find("<script") == std::string::npos);
    CHECK(text.find("<image") == std::string::npos);
  }
}

TEST_CASE("SVG: every text of the graph can be read in it") {
  const std::string text = write_svg(drawn(kEverything));
  for (const char* word : {"approval pricing", "remind after 2 business hours", "escalate to Planner",
                           "task ByHand", "within 1 business day", "branch second", "fail Silent",
                           "then ask again", "undo Price.withdraw", "finish Done"}) {
    INFO(word);
    CHECK(text.find(word) != std::string::npos);
  }
}

TEST_CASE("SVG: panels hold what is in them and do not cover each other") {
  check_layout(lay_out(drawn(kEverything)));
  check_layout(lay_out(nasty()));
}

TEST_CASE("a line is broken at blanks, a long word inside, and a letter of several bytes never") {
  using Lines = std::vector<std::string>;
  CHECK(wrap("", 10, false) == Lines{""});
  CHECK(wrap("one two", 100, false) == Lines{"one two"});
  CHECK(wrap("one two three", text_width("one two", false) + 0.1, false) == Lines{"one two", "three"});
  for (const std::string& line : wrap("aaaaaaaaaaaaaaaaaaaa", 3, true)) CHECK(text_width(line, true) <= 3);
  CHECK(wrap("\u4e2d\u4e2d", 0.5, false) == Lines{"\u4e2d", "\u4e2d"});
  CHECK(text_width("il", false) < text_width("mw", false));
  CHECK(text_width("mw", false) < text_width("mw", true));
}
