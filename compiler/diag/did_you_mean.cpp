// "Did you mean": the edit distance of Damerau and Levenshtein (adjacent letters swapped count once), case
// ignored.
#include <algorithm>
#include <cctype>

#include "compiler/diag/diagnostic.h"

namespace endcap {

namespace {

std::string lower(std::string_view text) {
  std::string result(text);
  std::ranges::transform(result, result.begin(),
                         [](unsigned char c) { return static_cast<char>(std::tolower(c)); });
  return result;
}

// Optimal string alignment; stops with `limit + 1` when a whole row is beyond the limit.
size_t edit_distance(std::string_view a, std::string_view b, size_t limit) {
  std::vector<size_t> before_last(b.size() + 1), last(b.size() + 1), row(b.size() + 1);
  for (size_t j = 0; j <= b.size(); ++j) last[j] = j;
  for (size_t i = 1; i <= a.size(); ++i) {
    row[0] = i;
    for (size_t j = 1; j <= b.size(); ++j) {
      const size_t replace = last[j - 1] + (a[i - 1] == b[j - 1] ? 0 : 1);
      row[j] = std::min({last[j] + 1, row[j - 1] + 1, replace});
      if (i > 1 && j > 1 && a[i - 1] == b[j - 2] && a[i - 2] == b[j - 1])
        row[j] = std::min(row[j], before_last[j - 2] + 1);
    }
    if (*std::ranges::min_element(row) > limit) return limit + 1;
    std::swap(before_last, last);
    std::swap(last, row);
  }
  return last[b.size()];
}

}  // namespace

std::optional<std::string> did_you_mean(std::string_view wrong, const std::vector<std::string>& candidates) {
  constexpr size_t kLongestName = 100;
  if (wrong.empty() || wrong.size() > kLongestName) return std::nullopt;
  const std::string sought = lower(wrong);
  const size_t limit = wrong.size() <= 2 ? 1 : wrong.size() / 3 + (wrong.size() < 6 ? 0 : 1);
  std::optional<std::string> best;
  size_t best_distance = limit + 1;
  for (const auto& candidate : candidates) {
    const size_t longer = std::max(candidate.size(), sought.size());
    if (longer - std::min(candidate.size(), sought.size()) > limit) continue;
    const size_t distance = edit_distance(sought, lower(candidate), limit);
    // A name of which nothing is left is no suggestion: `ea` for `kg`.
    if (distance < best_distance && distance < longer) {
      best_distance = distance;
      best = candidate;
    }
  }
  return best;
}

}  // namespace endcap
