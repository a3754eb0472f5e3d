// Myers, "An O(ND) Difference Algorithm and Its Variations" (1986), over lines.
#include "tools/common/unified_diff.h"

#include <fmt/format.h>

#include <algorithm>
#include <vector>

namespace endcap {

namespace {

using Lines = std::vector<std::string_view>;  // each with its line end

constexpr size_t kContextLines = 3;

Lines lines_of(std::string_view text) {
  Lines lines;
  while (!text.empty()) {
    const size_t length = std::min(text.find('\n'), text.size() - 1) + 1;
    lines.push_back(text.substr(0, length));
    text.remove_prefix(length);
  }
  return lines;
}

struct Edit {
  char sign;  // ' ', '-', '+'
  std::string_view line;
};

// How far each diagonal k = x - y gets with d edits, for each d until the end is reached.
std::vector<std::vector<int>> furthest_reaching(const Lines& a, const Lines& b) {
  const int n = static_cast<int>(a.size()), m = static_cast<int>(b.size()), most = n + m;
  std::vector<std::vector<int>> trace;
  std::vector<int> reach(static_cast<size_t>(2 * most + 2), 0);
  const auto at = [&](int k) -> int& { return reach[static_cast<size_t>(k + most)]; };
  for (int d = 0; d <= most; ++d) {
    trace.push_back(reach);
    for (int k = -d; k <= d; k += 2) {
      int x = k == -d || (k != d && at(k - 1) < at(k + 1)) ? at(k + 1) : at(k - 1) + 1;
      while (x < n && x - k < m && a[static_cast<size_t>(x)] == b[static_cast<size_t>(x - k)]) ++x;
      at(k) = x;
      if (x >= n && x - k >= m) return trace;
    }
  }
  return trace;
}

std::vector<Edit> edits_between(const Lines& a, const Lines& b) {
  const auto trace = furthest_reaching(a, b);
  int x = static_cast<int>(a.size()), y = static_cast<int>(b.size());
  const int most = x + y;
  std::vector<Edit> edits;
  const auto keep_until = [&](int from_x, int from_y) {
    while (x > from_x && y > from_y) {
      edits.push_back({' ', a[static_cast<size_t>(--x)]});
      --y;
    }
  };
  for (int d = static_cast<int>(trace.size()) - 1; d > 0; --d) {
    const auto reach = [&](int k) { return trace[static_cast<size_t>(d)][static_cast<size_t>(k + most)]; };
    const int k = x - y;
    const bool down = k == -d || (k != d && reach(k - 1) < reach(k + 1));
    const int before_x = reach(down ? k + 1 : k - 1), before_y = before_x - (down ? k + 1 : k - 1);
    keep_until(down ? before_x : before_x + 1, down ? before_y + 1 : before_y);
    if (down) {
      edits.push_back({'+', b[static_cast<size_t>(--y)]});
    } else {
      edits.push_back({'-', a[static_cast<size_t>(--x)]});
    }
  }
  keep_until(0, 0);
  std::ranges::reverse(edits);
  return edits;
}

std::string range(size_t begin, size_t count) {
  // An empty range names the line before it.
  return count == 1 ? fmt::format("{}", begin + 1)
                    : fmt::format("{},{}", count == 0 ? begin : begin + 1, count);
}

std::string hunk(const std::vector<Edit>& edits, size_t first, size_t last) {
  size_t before = 0, after = 0, removed = 0, added = 0;
  for (size_t i = 0; i < first; ++i) {
    before += edits[i].sign != '+';
    after += edits[i].sign != '-';
  }
  std::string lines;
  for (size_t i = first; i < last; ++i) {
    removed += edits[i].sign != '+';
    added += edits[i].sign != '-';
    lines += edits[i].sign;
    lines += edits[i].line;
    if (!edits[i].line.ends_with('\n')) lines += "\n\\ No newline at end of file\n";
  }
  return fmt::format("@@ -{} +{} @@\n{}", range(before, removed), range(after, added), lines);
}

}  // namespace

std::string unified_diff(std::string_view path, std::string_view before, std::string_view after) {
  if (before == after) return "";
  const std::vector<Edit> edits = edits_between(lines_of(before), lines_of(after));
  std::string result = fmt::format("--- a/{0}\n+++ b/{0}\n", path);
  const auto changes = [&](size_t from) {
    while (from < edits.size() && edits[from].sign == ' ') ++from;
    return from;
  };
  for (size_t change = changes(0), first_free = 0; change < edits.size();) {
    const size_t first = std::max(first_free, change - std::min(change, kContextLines));
    size_t last = change;  // behind the last change that belongs to this hunk
    while (change < edits.size() && (last == change || change <= last + 2 * kContextLines)) {
      last = change + 1;
      change = changes(last);
    }
    first_free = std::min(edits.size(), last + kContextLines);
    result += hunk(edits, first, first_free);
  }
  return result;
}

}  // namespace endcap
