// The shipped workflows parse, whole; cut anywhere or with a token missing they give diagnostics and no
// crash.
#include <doctest/doctest.h>

#include <filesystem>
#include <fstream>
#include <sstream>

#include "compiler/syntax/parser.h"

using namespace endcap;

namespace {

std::vector<std::filesystem::path> shipped() {
  std::vector<std::filesystem::path> files;
  for (const auto& entry : std::filesystem::directory_iterator(ENDCAP_SOURCE_DIR "/workflows")) {
    if (entry.path().extension() == ".endcap") files.push_back(entry.path());
  }
  return files;
}

std::string read_file(const std::filesystem::path& path) {
  std::ifstream file(path);
  std::stringstream text;
  text << file.rdbuf();
  return text.str();
}

}  // namespace

TEST_CASE("every shipped workflow parses without a diagnostic") {
  REQUIRE(shipped().size() >= 2);
  for (const auto& path : shipped()) {
    SourceMap sources;
    Diagnostics diagnostics;
    const SourceId source = sources.add(path.filename(), read_file(path));
    const ast::Module module = parse(sources, source, diagnostics);
    for (const auto& d : diagnostics.all()) {
      const auto at = sources.line_column(source, d.span.begin);
      MESSAGE(path.filename().string() << ":" << at.line << ":" << at.column << " " << message(d));
    }
    CHECK_FALSE(diagnostics.has_errors());
    CHECK(module.name.has_value());
    CHECK(module.declarations.size() > 3);
  }
}

namespace {

// A sample of all places; sanitizers make each parse ten times as dear.
#ifdef __SANITIZE_ADDRESS__
constexpr size_t kStride = 37;
#else
constexpr size_t kStride = 5;
#endif

size_t errors_in(std::string text) {
  SourceMap sources;
  Diagnostics diagnostics;
  const SourceId source = sources.add("cut.endcap", std::move(text));
  parse(sources, source, diagnostics);
  for (const auto& d : diagnostics.all()) {
    REQUIRE(d.span.begin <= d.span.end);
    REQUIRE(d.span.end <= sources.file(source).text.size());
  }
  return diagnostics.error_count();
}

// Words, numbers and punctuation, roughly as the lexer sees them: deleting them one by one is what matters.
std::vector<std::pair<size_t, size_t>> rough_tokens(const std::string& text) {
  const auto in_word = [](char c) { return std::isalnum(static_cast<unsigned char>(c)) != 0 || c == '_'; };
  std::vector<std::pair<size_t, size_t>> result;
  for (size_t i = 0; i < text.size();) {
    size_t end = i + 1;
    if (in_word(text[i])) {
      while (end < text.size() && in_word(text[end])) ++end;
    } else if (text[i] == '"') {
      end = text.find('"', i + 1) + 1;
    } else if (text.compare(i, 3, "-- ") == 0) {
      end = text.find('\n', i);
      i = end;
      continue;
    }
    if (std::isspace(static_cast<unsigned char>(text[i])) == 0) result.emplace_back(i, end);
    i = end;
  }
  return result;
}

}  // namespace

TEST_CASE("a shipped workflow cut at any byte gives diagnostics and no crash") {
  for (const auto& path : shipped()) {
    const std::string text = read_file(path);
    size_t broken = 0;
    for (size_t length = 0; length < text.size(); length += kStride) {
      if (errors_in(text.substr(0, length)) > 0) ++broken;
    }
    CHECK(broken > text.size() / kStride / 2);
  }
}

TEST_CASE("a shipped workflow with any one token missing gives no crash") {
  for (const auto& path : shipped()) {
    const std::string text = read_file(path);
    const auto tokens = rough_tokens(text);
    REQUIRE(tokens.size() > 100);
    size_t broken = 0;
    for (size_t i = 0; i < tokens.size(); i += kStride) {
      const auto [begin, end] = tokens[i];
      if (errors_in(text.substr(0, begin) + text.substr(end)) > 0) ++broken;
    }
    CHECK(broken > tokens.size() / kStride / 2);
  }
}
