// A shipped workflow with a piece missing is answered with findings: never with silence, never with a crash.
// All of the front end runs on it, names and types included.
#include <doctest/doctest.h>
#include <fmt/format.h>

#include <cctype>
#include <filesystem>
#include <utility>

#include "compiler/schema/project.h"
#include "compiler/sema/check.h"
#include "compiler/syntax/parser.h"

using namespace endcap;
namespace fs = std::filesystem;

namespace {

// Every place in an ordinary build; sanitizers make each check ten times as dear and see as much in a sample.
#ifdef __SANITIZE_ADDRESS__
constexpr size_t kStride = 29;
#else
constexpr size_t kStride = 1;
#endif

// The shipped project, in which one file at a time is damaged.
struct Shipped {
  SourceMap sources;
  Diagnostics own;
  Project project = load_project(fs::path(ENDCAP_SOURCE_DIR) / "workflows", sources, own);
  std::vector<ast::Module> modules;

  Shipped() {
    for (const SourceId source : project.sources) modules.push_back(parse(sources, source, own));
    REQUIRE(modules.size() >= 2);
    REQUIRE(own.all().empty());
  }

  // Its tests are long and alike: a sample of their places shows as much.
  bool is_tests(size_t index) const {
    return sources.file(project.sources[index]).path.starts_with("tests/");
  }
  size_t stride(size_t index) const { return kStride * (is_tests(index) ? 37 : 1); }

  // Findings when file `index` says `text` instead.
  size_t findings(size_t index, std::string text) {
    Diagnostics diagnostics;
    const SourceId source = sources.add("damaged.endcap", std::move(text));
    ast::Module whole = std::exchange(modules[index], parse(sources, source, diagnostics));
    check(project, modules, sources, diagnostics);
    modules[index] = std::move(whole);
    for (const Diagnostic& each : diagnostics.all()) {
      REQUIRE(each.span.begin <= each.span.end);
      if (each.span.valid()) REQUIRE(each.span.end <= sources.file(each.span.source).text.size());
    }
    return diagnostics.all().size();
  }
};

// Words, numbers, texts and punctuation, as the lexer sees them; comments and blanks are no tokens.
std::vector<std::pair<size_t, size_t>> tokens_of(const std::string& text) {
  const auto in_word = [](char c) { return std::isalnum(static_cast<unsigned char>(c)) != 0 || c == '_'; };
  std::vector<std::pair<size_t, size_t>> tokens;
  for (size_t i = 0; i < text.size();) {
    size_t end = i + 1;
    if (text.compare(i, 3, "-- ") == 0) {
      i = text.find('\n', i);
      continue;
    }
    if (in_word(text[i])) {
      while (end < text.size() && in_word(text[end])) ++end;
    } else if (text[i] == '"') {
      end = text.find('"', i + 1) + 1;
    }
    if (std::isspace(static_cast<unsigned char>(text[i])) == 0) tokens.emplace_back(i, end);
    i = end;
  }
  return tokens;
}

}  // namespace

TEST_CASE("a shipped workflow that ends too early is found out") {
  Shipped shipped;
  for (size_t file = 0; file < shipped.modules.size(); ++file) {
    const std::string text(shipped.sources.file(shipped.project.sources[file]).text);
    size_t quiet = 0, tried = 0;
    for (size_t length = 0; length < text.size(); length += shipped.stride(file), ++tried) {
      // What is left may be a whole module that nobody misses anything of: the cut fell between declarations,
      // or into a comment.
      if (shipped.findings(file, text.substr(0, length)) == 0) ++quiet;
    }
    INFO(fmt::format("file {}: {} of {} cuts left a module that is right", file, quiet, tried));
    CHECK(quiet * 20 < tried);
  }
}

TEST_CASE(
    "a shipped workflow with any one token missing is found out, unless it says something else that is "
    "right") {
  Shipped shipped;
  for (size_t file = 0; file < shipped.modules.size(); ++file) {
    const std::string text(shipped.sources.file(shipped.project.sources[file]).text);
    const auto tokens = tokens_of(text);
    size_t quiet = 0, tried = 0;
    for (size_t i = 0; i < tokens.size(); i += shipped.stride(file), ++tried) {
      const auto [begin, end] = tokens[i];
      if (shipped.findings(file, text.substr(0, begin) + text.substr(end)) == 0) ++quiet;
    }
    INFO(fmt::format("file {}: {} of {} tokens can be left out", file, quiet, tried));
    // A test may be less exact: `once` can go.
    CHECK(quiet * (shipped.is_tests(file) || kStride > 1 ? 5 : 20) < tried);  // a sample scatters
  }
}
