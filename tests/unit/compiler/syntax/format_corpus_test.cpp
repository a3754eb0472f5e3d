// Every text of the repository, and thousands of disfigured layouts of them: the formatter changes no token
// and no comment, is done after one run, and does not care about blanks.
#include <random>

#include "tests/fuzz/random_workflow.h"
#include "tests/unit/compiler/syntax/layout.h"

using namespace endcap;
namespace fs = std::filesystem;

namespace {

// Sanitizers make each run ten times as dear and see as much in a sample.
#ifdef __SANITIZE_ADDRESS__
constexpr size_t kRounds = 2;
#else
constexpr size_t kRounds = 10;
#endif

// The announcements of a language case are no part of its text.
std::string without_announcements(const std::string& text) {
  std::string result;
  for (size_t at = 0; at < text.size();) {
    const size_t end = std::min(text.find('\n', at), text.size() - 1) + 1;
    const std::string line = text.substr(at, end - at);
    const size_t cut = line.find("--! ");
    result += cut == std::string::npos ? line : line.substr(0, cut) + "\n";
    at = end;
  }
  return result;
}

void add_blocks(const fs::path& document, std::vector<std::string>& texts) {
  const std::string text = file_text(document);
  for (size_t at = text.find("```endcap"); at != std::string::npos; at = text.find("```endcap", at)) {
    const size_t begin = text.find('\n', at) + 1;
    const size_t end = text.find("```", begin);
    texts.push_back(text.substr(begin, end - begin));
    at = end + 3;
  }
}

// Sources, language cases, the examples of the documents and of the explanations: all that can be read.
std::vector<std::string> corpus() {
  std::vector<std::string> texts;
  for (const std::string folder : {"workflows", "tests", "tools"}) {
    for (const auto& path : sources_below(folder)) texts.push_back(without_announcements(file_text(path)));
  }
  add_blocks(ENDCAP_SOURCE_DIR "/README.md", texts);
  add_blocks(ENDCAP_SOURCE_DIR "/docs/reference/language.md", texts);
  for (const auto& entry : fs::directory_iterator(ENDCAP_SOURCE_DIR "/compiler/diag/explain"))
    add_blocks(entry.path(), texts);
  std::erase_if(texts, [](const std::string& text) { return Parsed(text).errors() > 0; });
  return texts;
}

// A text cut into words and what stands between them; brackets and commas are words too, so that blanks can
// be put beside them.
class Disfigured {
 public:
  Disfigured(const std::string& text, uint32_t seed) : text_(text), random_(seed) {}

  // Other blanks; the author's lines and blank lines stay.
  std::string blanks() {
    return each_gap([&](const std::string& gap) {
      if (gap.empty()) return std::string(chance(30) ? 1 : 0, ' ');
      std::string result;
      size_t lines = 0;
      for (const char c : gap) lines += c == '\n' ? 1 : 0;
      if (lines > 1) lines += pick(3);
      for (; lines > 0; --lines) result += some_blanks() + (chance(10) ? "\r\n" : "\n");
      return result.empty() ? " " + some_blanks() : result + " " + some_blanks();
    });
  }

  // Other lines too, and comments where there were none.
  std::string lines(uint32_t percent, uint32_t comment_percent) {
    return each_gap([&](const std::string& gap) {
      if (chance(comment_percent)) return " " + comment() + "\n " + some_blanks();
      if (!chance(percent)) return gap;
      return chance(50) ? "\n " + some_blanks() : gap.empty() ? std::string() : std::string(" ");
    });
  }

 private:
  template <typename Change>
  std::string each_gap(Change change) {
    std::string result;
    for (size_t at = 0; at < text_.size();) {
      const size_t word = word_end(at);
      result += text_.substr(at, word - at);
      at = std::min(text_.find_first_not_of(" \n", word), text_.size());
      const std::string gap = text_.substr(word, at - word);
      const bool behind_comment = text_.compare(last_word_, 2, "--") == 0;
      const bool keep = at == text_.size() || (gap.empty() && !beside_bracket(word));
      if (keep) {
        result += gap;
      } else if (behind_comment) {
        const std::string changed = change(gap);
        result += changed.find('\n') == std::string::npos ? "\n" + changed : changed;
      } else {
        result += change(gap);
      }
    }
    return result;
  }

  size_t word_end(size_t at) {
    last_word_ = at;
    if (text_.compare(at, 2, "--") == 0) return std::min(text_.find('\n', at), text_.size());
    if (text_[at] == '"') {
      do {
        at += text_[at] == '\\' ? 2 : 1;
      } while (text_[at] != '"');
      return at + 1;
    }
    if (is_bracket(text_[at])) return at + 1;
    while (at < text_.size() && text_[at] != ' ' && text_[at] != '\n' && text_[at] != '"' &&
           !is_bracket(text_[at]))
      ++at;
    return at;
  }

  static bool is_bracket(char c) { return std::string_view("(){}[],").find(c) != std::string_view::npos; }
  bool beside_bracket(size_t at) const { return is_bracket(text_[at - 1]) || is_bracket(text_[at]); }
  uint32_t pick(uint32_t below) { return static_cast<uint32_t>(random_() % below); }
  bool chance(uint32_t percent) { return pick(100) < percent; }
  std::string some_blanks() { return std::string(pick(4), chance(10) ? '\t' : ' '); }
  std::string comment() { return "-- comment " + std::to_string(pick(1000)) + some_blanks(); }

  const std::string& text_;
  std::mt19937 random_;
  size_t last_word_ = 0;
};

}  // namespace

TEST_CASE("every text of the repository keeps its words, its comments and its tree") {
  const auto texts = corpus();
  REQUIRE(texts.size() > 200);
  for (const std::string& text : texts) laid_out(text);
}

TEST_CASE("so do programs written at random") {
  for (uint64_t seed = 1; seed <= 20 * kRounds; ++seed)
    laid_out(fuzz::random_workflow(seed, "fuzz.m" + std::to_string(seed)));
}

TEST_CASE("what can't be read has no layout and a diagnostic") {
  for (const auto& path : sources_below("tests/language/cases")) {
    const Layout layout(file_text(path));
    CHECK(layout.result.has_value() != layout.diagnostics.has_errors());
  }
}

TEST_CASE("blanks are no one's choice: texts with the same lines have the same layout") {
  size_t count = 0;
  for (const std::string& text : corpus()) {
    const std::string expected = laid_out(text);
    for (uint32_t seed = 0; seed < kRounds; ++seed) {
      const std::string other = Disfigured(text, seed).blanks();
      const Layout layout(other);
      REQUIRE_MESSAGE(layout.result, other);
      CHECK_MESSAGE(*layout.result == expected, other);
      ++count;
    }
  }
  CHECK(count >= 200 * kRounds);
}

TEST_CASE("whatever the lines and comments, words, comments and tree stay, and one run is enough") {
  size_t tried = 0;
  size_t read = 0;
  for (const std::string& text : corpus()) {
    const std::string tree = Parsed(text).tree();
    for (uint32_t seed = 0; seed < kRounds; ++seed) {
      const std::string other = Disfigured(text, seed).lines(5 + 5 * (seed % 4), seed % 3);
      ++tried;
      // Some lines mean something: `40` and `ea` on two of them are no quantity.
      const Parsed parsed(other);
      if (parsed.errors() > 0 || parsed.tree() != tree) continue;
      ++read;
      laid_out(other);
    }
  }
  CHECK(read > tried / 3);
}
