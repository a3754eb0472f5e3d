// Formats a text, and holds the result to what the formatter promises whatever the text: the same syntax
// tree, the same comments, and nothing to do for a second run.
#pragma once

#include <algorithm>
#include <filesystem>
#include <fstream>
#include <iterator>

#include "compiler/syntax/format.h"
#include "tests/unit/compiler/syntax/fixture.h"

namespace endcap {

struct Layout {
  explicit Layout(std::string source_text) : text(std::move(source_text)) {
    const SourceId source = sources.add("t.endcap", text);
    result = format(sources, source, diagnostics);
  }
  std::string text;
  SourceMap sources;
  Diagnostics diagnostics;
  std::optional<std::string> result;
};

// A comment's text and the number of words in front of it: where it stands, whatever the layout.
struct PlacedComment {
  size_t words = 0;
  std::string text;
  friend bool operator==(const PlacedComment&, const PlacedComment&) = default;
};
struct Scanned {
  std::vector<std::string> words;
  std::vector<PlacedComment> comments;
};

// A reading of its own, apart from the compiler's: texts, comments, runs of letters and digits, single
// characters.
inline Scanned scan(const std::string& text) {
  Scanned result;
  const auto in_word = [](char c) {
    return std::isalnum(static_cast<unsigned char>(c)) != 0 || c == '_' || (c & 0x80) != 0;
  };
  for (size_t i = 0; i < text.size();) {
    if (std::isspace(static_cast<unsigned char>(text[i])) != 0) {
      ++i;
      continue;
    }
    size_t end = i + 1;
    const bool comment =
        text.compare(i, 2, "--") == 0 && (i + 2 == text.size() || std::isspace(text[i + 2]) != 0);
    if (comment) {
      end = std::min(text.find('\n', i), text.size());
      const std::string whole = text.substr(i, end - i);
      result.comments.push_back({result.words.size(), whole.substr(0, whole.find_last_not_of(" \t\r") + 1)});
    } else {
      if (text[i] == '"') {
        while (end < text.size() && text[end] != '"') end += text[end] == '\\' ? 2 : 1;
        ++end;
      } else if (std::isdigit(static_cast<unsigned char>(text[i])) != 0) {
        while (end < text.size() &&
               (std::isdigit(static_cast<unsigned char>(text[end])) != 0 || text[end] == '_'))
          ++end;
      } else if (in_word(text[i])) {
        while (end < text.size() && in_word(text[end])) ++end;
      }
      result.words.push_back(text.substr(i, end - i));
    }
    i = end;
  }
  return result;
}

// The text in its layout, held to the promises.
inline std::string laid_out(const std::string& text) {
  const Layout layout(text);
  REQUIRE_MESSAGE(layout.result, text);
  const std::string& result = *layout.result;
  const Scanned before = scan(text);
  const Scanned after = scan(result);
  CHECK_MESSAGE(after.words == before.words, text);
  CHECK_MESSAGE(after.comments == before.comments, text);
  CHECK_MESSAGE(Parsed(result).tree() == Parsed(text).tree(), text);
  const Layout again(result);
  REQUIRE(again.result);
  CHECK_MESSAGE(*again.result == result, text);
  return result;
}

inline std::string file_text(const std::filesystem::path& path) {
  std::ifstream file(path, std::ios::binary);
  return {std::istreambuf_iterator<char>(file), {}};
}

// Every source below a folder of the repository.
inline std::vector<std::filesystem::path> sources_below(const std::string& folder) {
  std::vector<std::filesystem::path> result;
  for (const auto& entry : std::filesystem::recursive_directory_iterator(ENDCAP_SOURCE_DIR "/" + folder)) {
    if (entry.path().extension() == ".endcap") result.push_back(entry.path());
  }
  std::ranges::sort(result);
  return result;
}

}  // namespace endcap
