// Differences as `patch` reads them; the end to end tests feed one to `git apply`.
#include "tools/common/unified_diff.h"

#include <doctest/doctest.h>

#include <random>
#include <sstream>
#include <vector>

using namespace endcap;

namespace {

std::vector<std::string> lines_of(const std::string& text) {
  std::vector<std::string> lines;
  std::istringstream stream(text);
  for (std::string line; std::getline(stream, line);) lines.push_back(line);
  return lines;
}

// What `patch` does, for texts that end in a line end.
std::string patched(const std::string& before, const std::string& diff) {
  const std::vector<std::string> old = lines_of(before);
  std::string result;
  size_t at = 0;
  const auto take = [&] { result += old.at(at++) + "\n"; };
  for (const std::string& line : lines_of(diff)) {
    if (line.starts_with("---") || line.starts_with("+++")) continue;
    if (line.starts_with("@@ -")) {
      const size_t begin = std::stoul(line.substr(4)), comma = line.find_first_of(", ", 4);
      const bool empty = line[comma] == ',' && line[comma + 1] == '0';
      while (at + (empty ? 0 : 1) < begin) take();
    } else if (line[0] == '+') {
      result += line.substr(1) + "\n";
    } else {
      REQUIRE(old.at(at) == line.substr(1));
      if (line[0] == '-')
        ++at;
      else
        take();
    }
  }
  while (at < old.size()) take();
  return result;
}

}  // namespace

TEST_CASE("equal texts have no difference") {
  CHECK(unified_diff("a", "one\n", "one\n").empty());
  CHECK(unified_diff("a", "", "").empty());
}

TEST_CASE("a changed line stands between three lines of what is around it") {
  CHECK(unified_diff("flow.endcap", "1\n2\n3\n4\n5\n6\n7\n8\n9\n", "1\n2\n3\n4\nfive\n6\n7\n8\n9\n") ==
        "--- a/flow.endcap\n+++ b/flow.endcap\n@@ -2,7 +2,7 @@\n 2\n 3\n 4\n-5\n+five\n 6\n 7\n 8\n");
}

TEST_CASE("changes far from each other stand in hunks of their own, near ones in one") {
  std::string text, near, far;
  for (int i = 1; i <= 30; ++i) {
    const std::string line = std::to_string(i) + "\n";
    text += line;
    near += i == 5 || i == 11 ? "x\n" : line;
    far += i == 5 || i == 20 ? "x\n" : line;
  }
  const auto hunks = [](const std::string& diff) {
    size_t count = 0;
    for (const std::string& line : lines_of(diff)) count += line.starts_with("@@");
    return count;
  };
  CHECK(hunks(unified_diff("a", text, near)) == 1);
  CHECK(hunks(unified_diff("a", text, far)) == 2);
}

TEST_CASE(
    "a text that begins or ends as nothing, and a last line without its end, are said as patch wants it") {
  CHECK(unified_diff("a", "", "one\n") == "--- a/a\n+++ b/a\n@@ -0,0 +1 @@\n+one\n");
  CHECK(unified_diff("a", "one\n", "") == "--- a/a\n+++ b/a\n@@ -1 +0,0 @@\n-one\n");
  CHECK(unified_diff("a", "one", "two\n") ==
        "--- a/a\n+++ b/a\n@@ -1 +1 @@\n-one\n\\ No newline at end of file\n+two\n");
}

TEST_CASE("a difference turns the one text into the other, whatever they are") {
  std::mt19937 random(7);
  for (int round = 0; round < 500; ++round) {
    std::string before, after;
    for (int i = 0, count = static_cast<int>(random() % 40); i < count; ++i) {
      const std::string line = std::string(1, static_cast<char>('a' + random() % 5)) + "\n";
      if (random() % 10 != 0) before += line;
      if (random() % 10 != 0) after += line;
    }
    const std::string diff = unified_diff("a", before, after);
    INFO(before << "---\n" << after << "---\n" << diff);
    REQUIRE(patched(before, diff) == after);
  }
}
