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

TEST_CASE("the examples of the documents are in their canonical layout") {
  size_t count = 0;
  for (const std::string document : {"README.md", "docs/reference/language.md"}) {
    const std::string text = file_text(ENDCAP_SOURCE_DIR "/" + document);
    for (size_t at = text.find("```endcap"); at != std::string::npos; at = text.find("```endcap", at)) {
      const size_t begin = text.find('\n', at) + 1;
      const size_t end = text.find("```", begin);
      const std::string example = text.substr(begin, end - begin);
      CHECK_MESSAGE(laid_out(example) == example, document);
      at = end + 3;
      ++count;
    }
  }
  CHECK(count >= 10);
}
