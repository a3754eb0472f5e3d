// Delta debugging (Zeller and Hildebrandt, 2002) over the things that happen in a life: see shrink.h.
#include "tests/sim/shrink.h"

#include <algorithm>
#include <cctype>
#include <charconv>
#include <utility>
#include <vector>

namespace endcap::test {
namespace {

using std::chrono::steady_clock;
using Steps = std::vector<uint64_t>;

constexpr std::chrono::seconds kLifeAtMost{10};

// Two lives break the same promise, though not of the same instance.
std::string promise_of(std::string words) {
  std::erase_if(words, [](unsigned char letter) { return std::isalpha(letter) == 0; });
  return words.substr(0, 24);
}

class Shrinking {
 public:
  Shrinking(uint64_t seed, const Ended& broken, std::chrono::seconds effort)
      : seed_(seed), promise_(promise_of(broken.broken)), until_(steady_clock::now() + effort) {}

  bool breaks(const Steps& steps) {
    const LifeOptions options{.seed = seed_, .only = std::set<uint64_t>(steps.begin(), steps.end())};
    return promise_of(live_apart(options, kLifeAtMost).broken) == promise_;
  }
  bool is_over() const { return steady_clock::now() >= until_; }

  // Often a few are enough, and a short life is soon tried.
  Steps only_a_part(Steps steps) {
    for (size_t at = 0; at < steps.size() && !is_over();) {
      const size_t size = (steps.size() + 7) / 8;
      const size_t end = std::min(at + size, steps.size());
      Steps part(steps.begin() + static_cast<std::ptrdiff_t>(at),
                 steps.begin() + static_cast<std::ptrdiff_t>(end));
      if (size == 1) return steps;
      at = end;
      if (breaks(part)) steps = std::move(part), at = 0;
    }
    return steps;
  }
  // What comes last is often not needed, and a shorter life is soon tried.
  Steps without_end(Steps steps) {
    for (size_t keeps = steps.size() / 2; keeps > 0 && keeps < steps.size() && !is_over();) {
      Steps fewer(steps.begin(), steps.begin() + static_cast<std::ptrdiff_t>(keeps));
      if (breaks(fewer)) {
        steps = std::move(fewer);
        keeps = steps.size() / 2;
      } else {
        keeps += std::max<size_t>(1, (steps.size() - keeps) / 2);
      }
    }
    return steps;
  }
  Steps without_parts(Steps steps) {
    for (size_t size = std::max<size_t>(1, steps.size() / 2);; size = std::max<size_t>(1, size / 2)) {
      bool left_out = false;
      for (size_t at = 0; at < steps.size();) {
        if (is_over()) return steps;
        const size_t end = std::min(at + size, steps.size());
        Steps fewer(steps.begin(), steps.begin() + static_cast<std::ptrdiff_t>(at));
        fewer.insert(fewer.end(), steps.begin() + static_cast<std::ptrdiff_t>(end), steps.end());
        if (breaks(fewer)) {
          steps = std::move(fewer);
          left_out = true;
        } else {
          at = end;
        }
      }
      if (size == 1 && !left_out) return steps;
    }
  }

 private:
  uint64_t seed_;
  std::string promise_;
  steady_clock::time_point until_;
};

}  // namespace

std::set<uint64_t> shrink(uint64_t seed, const Ended& broken, std::chrono::seconds effort) {
  Shrinking shrinking(seed, broken, effort);
  Steps steps;
  for (uint64_t step = 1; step <= broken.last; ++step) steps.push_back(step);
  if (!shrinking.breaks(steps)) return {};
  steps = shrinking.only_a_part(std::move(steps));
  steps = shrinking.without_parts(shrinking.without_end(std::move(steps)));
  return {steps.begin(), steps.end()};
}

std::string list_text(const std::set<uint64_t>& numbers) {
  std::string text;
  for (auto each = numbers.begin(); each != numbers.end();) {
    const uint64_t first = *each;
    uint64_t last = first;
    while (++each != numbers.end() && *each == last + 1) last = *each;
    text += fmt::format("{}{}", text.empty() ? "" : ",", first);
    if (last != first) text += fmt::format("-{}", last);
  }
  return text;
}

std::optional<std::set<uint64_t>> list_from_text(const std::string& text) {
  std::set<uint64_t> numbers;
  const char* at = text.data();
  const char* const end = at + text.size();
  while (at != end) {
    uint64_t first = 0;
    auto [next, error] = std::from_chars(at, end, first);
    uint64_t last = first;
    if (error == std::errc() && next != end && *next == '-') {
      const auto range = std::from_chars(next + 1, end, last);
      next = range.ptr, error = range.ec;
    }
    if (error != std::errc() || last < first || last - first > 1'000'000) return std::nullopt;
    for (uint64_t each = first; each <= last; ++each) numbers.insert(each);
    if (next != end && *next++ != ',') return std::nullopt;
    at = next;
  }
  return numbers;
}

}  // namespace endcap::test
