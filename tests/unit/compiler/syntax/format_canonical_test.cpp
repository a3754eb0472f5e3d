// What we ship is laid out as `endcap fmt` does it.
#include "tests/unit/compiler/syntax/layout.h"

using namespace endcap;

TEST_CASE("shipped sources are in their canonical layout") {
  size_t count = 0;
  for (const std::string folder :
       {"workflows", "tools/endcap/template", "tests/e2e/small", "tests/bench/project"}) {
    for (const auto& path : sources_below(folder)) {
      const std::string text = file_text(path);
      CHECK_MESSAGE(laid_out(text) == text, "run `endcap fmt " << path.string() << "`");
      ++count;
    }
  }
  CHECK(count >= 5);
}

TEST_CASE("the examples of the README are in their canonical layout") {
  const std::string text = file_text(ENDCAP_SOURCE_DIR "/README.md");
  size_t count = 0;
  for (size_t at = text.find("```endcap"); at != std::string::npos; at = text.find("```endcap", at)) {
    const size_t begin = text.find('\n', at) + 1;
    const size_t end = text.find("```", begin);
    const std::string example = text.substr(begin, end - begin);
    CHECK(laid_out(example) == example);
    at = end + 3;
    ++count;
  }
  CHECK(count >= 2);
}
