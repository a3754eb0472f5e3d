// The explanations of syntax codes keep their word: the first example gives the code, the second nothing.
#include "tests/unit/compiler/syntax/fixture.h"

using namespace endcap;

namespace {

std::string block(std::string_view text, const std::string& title) {
  const std::string opening = "```endcap " + title + "\n";
  const size_t begin = text.find(opening);
  REQUIRE(begin != std::string_view::npos);
  const size_t from = begin + opening.size();
  return std::string(text.substr(from, text.find("```", from) - from));
}

}  // namespace

TEST_CASE("each syntax code's examples fail and pass as they say") {
  for (const auto& entry : all_diagnostics()) {
    if (entry.code >= "EC0100") continue;
    const std::string_view text = explanation(entry.kind);
    REQUIRE_MESSAGE(!text.empty(), entry.code);
    const Parsed fails(block(text, "fails"));
    CHECK_MESSAGE(fails.said().find(std::string(entry.code)) != std::string::npos, entry.code);
    for (const auto& d : fails.diagnostics.all())
      CHECK_MESSAGE(info(d.kind).code == entry.code, fails.said());
    const Parsed passes(block(text, "passes"));
    CHECK_MESSAGE(passes.said().empty(), entry.code);
  }
}
