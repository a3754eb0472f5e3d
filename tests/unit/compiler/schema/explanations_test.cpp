// The explanations of 01xx codes keep their word: the first example gives the code, the second nothing. An
// example is the inside of a <Schema> (`xml`, `xml v4`), a whole schema file (`xml file`), an endcap.toml
// (`toml`) or an endcap.lock (`toml lock`); what can't be shown as a file's text is `text` and has its test
// elsewhere.
#include "compiler/schema/file.h"
#include "tests/unit/compiler/schema/project_fixture.h"

namespace endcap::test {

namespace {

struct Example {
  std::string kind;  // "xml v4"
  std::string text;
};

Example example(const std::string& markdown, const std::string& what) {
  size_t word = markdown.find(" " + what), line = 0;
  for (; word != markdown.npos; word = markdown.find(" " + what, word + 1)) {
    line = markdown.rfind('\n', word) + 1;
    if (markdown.compare(line, 3, "```") == 0) break;  // not the word in a sentence
  }
  REQUIRE(word != markdown.npos);
  size_t fence = line + 3;
  size_t line_end = markdown.find('\n', word);
  size_t after = word + 1 + what.size();
  std::string kind = markdown.substr(fence, word - fence) + markdown.substr(after, line_end - after);
  return {kind, markdown.substr(line_end + 1, markdown.find("\n```", line_end) - line_end)};
}

std::string put(std::string text, const std::string& mark, const std::string& by) {
  size_t at = text.find(mark);
  return at == text.npos ? text : text.replace(at, mark.size(), by);
}

// The codes that the example gives.
std::vector<std::string> codes_of(const Example& example) {
  const std::string schema = edmx("<ComplexType Name='Note'/>");
  ProjectFixture fixture;
  if (example.kind == "xml") {
    fixture.import(put(edmx(example.text), "xmlns:s=", "xmlns:sap="));
  } else if (example.kind == "xml v4") {
    fixture.import(csdl4(example.text));
  } else if (example.kind == "xml file") {
    fixture.import(example.text);
  } else {
    bool lock = example.kind == "toml lock";
    REQUIRE_MESSAGE((lock || example.kind == "toml"), "an example of kind " << example.kind);
    const std::string settings =
        "[project]\nname = \"desk\"\n[systems.desk]\nschema = \"desk.edmx\"\nurl = "
        "\"http://127.0.0.1:1/desk\"\n";
    const std::string pin = "[systems.desk]\nschema = \"desk.edmx\"\nsha256 = \"@HASH@\"\n";
    fixture.write("desk.edmx", schema);
    fixture.write("notes.endcap", "module notes\n");
    fixture.write("endcap.toml", lock ? settings : example.text);
    if (lock || example.text.find("[systems.desk]") != std::string::npos) {
      fixture.write("endcap.lock", put(lock ? example.text : pin, "@HASH@", sha256_hex(schema)));
    }
    fixture.load();
  }
  return fixture.codes();
}

}  // namespace

TEST_CASE("each project and schema code's examples fail and pass as they say") {
  for (auto& entry : all_diagnostics()) {
    if (!entry.code.starts_with("EC01")) continue;
    CAPTURE(std::string(entry.code));
    std::string markdown(explanation(entry.kind));
    REQUIRE(!markdown.empty());
    Example fails = example(markdown, "fails"), passes = example(markdown, "passes");
    if (fails.kind == "text") continue;
    CHECK(codes_of(fails) == std::vector<std::string>{std::string(entry.code)});
    CHECK(codes_of(passes).empty());
  }
}

}  // namespace endcap::test
