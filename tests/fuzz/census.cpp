// Which constructs random programs hold: see census.h.
#include "tests/fuzz/census.h"

#include <fmt/format.h>

#include <algorithm>
#include <functional>
#include <utility>

namespace endcap::fuzz {
namespace {

// A construct, and the words by which the writer's layout shows it; `and_also` stands behind them on the
// line.
struct Construct {
  const char* name;
  const char* words;
  const char* and_also = "";
};

constexpr Construct kConstructs[] = {
    {"advisors", "= ask "},
    {"advisors that name several", "= ask Recommend"},
    {"advisors that give a number", "= ask UnitsFor"},
    {"throughout", "throughout {"},
    {"on event", "on event "},
    {"wait for event", "wait for event "},
    {"a step until a moment", "step inFlight"},
    {"waits that events move", "then wait until "},
    {"events that bring advice", "event Foreseen", ": units)"},
    {"raise, heeded", " raise Heeded"},
    {"raise, not heeded", " raise Unheeded"},
    {"raise and wait", "raise and wait "},
    {"exceptions that a workflow resolves", "resolve by "},
    {"exceptions that write", "under UrgentByHand as shift "},
    {"undo", " undo "},
    {"fail and compensate", " and compensate "},
    {"counter", "  counter "},
    {"counters in rounds", "on countered(", "then again with "},
    {"reread", "= reread "},
    {"maps", " map of "},
    {"maps by entry", "for each entry"},
    {"mappings", "\nmapping "},
    {"tables", "\ntable "},
    {"allocate", " allocate "},
    {"remind", "remind after "},
    {"escalate", "escalate to "},
    {"repeat", " repeat up to "},
    {"again", "{ again"},
    {"sweep", "sweep "},
    {"tolerate", " tolerate "},
    {"due", "{ due "},
    {"on late", "on late "},
    {"run", " run "},
    {"run with a result", " run Part", " as "},
    {"run with a grant", " run Put"},
    {"by line", "  by line"},
    {"budgets of permit advice", "under SmallMoves "},
    {"two policies", "under RareByHand, RareSmall "},
    {"forms", "answers Seen"},
    {"forms that come with advice", "answers Seen", "forecast"},
};

bool holds(const std::string& text, const Construct& construct) {
  const std::string words = construct.words;
  for (size_t at = text.find(words); at != std::string::npos; at = text.find(words, at + 1)) {
    const size_t end = std::min(text.find('\n', at + 1), text.size());
    if (text.substr(at, end - at).contains(construct.and_also)) return true;
  }
  return false;
}

}  // namespace

void Census::count(const Batch& batch) {
  for (const Module& module : batch.accepted) count(module.text);
  refused_ += batch.refused.size();
  for (const auto& [module, codes] : batch.refused) ++findings_[codes];
}

void Census::count(const std::string& text) {
  ++programs_;
  held_.resize(std::size(kConstructs));
  const std::string program = text.substr(0, text.find("\ntest \""));
  for (size_t i = 0; i < std::size(kConstructs); ++i) held_[i] += holds(program, kConstructs[i]);
}

std::string Census::report() const {
  const double all = static_cast<double>(std::max<uint64_t>(programs_ + refused_, 1));
  std::string text = fmt::format("{} of {:.0f} programs were accepted ({:.0f}%); refused:", programs_, all,
                                 100 * static_cast<double>(programs_) / all);
  std::vector<std::pair<uint64_t, std::string>> findings;
  for (const auto& [codes, count] : findings_) findings.emplace_back(count, codes);
  std::ranges::sort(findings, std::greater());
  for (const auto& [count, codes] : findings) text += fmt::format(" {} x {};", count, codes);
  text += "\nof those that were accepted so many hold";
  for (size_t i = 0; i < held_.size(); ++i)
    text += fmt::format(
        "\n  {:>5.1f}%  {}",
        100 * static_cast<double>(held_[i]) / static_cast<double>(std::max<uint64_t>(programs_, 1)),
        kConstructs[i].name);
  return text + "\n";
}

std::vector<std::string> Census::missing() const {
  std::vector<std::string> names;
  for (size_t i = 0; i < std::size(kConstructs); ++i) {
    if (i >= held_.size() || held_[i] == 0) names.emplace_back(kConstructs[i].name);
  }
  return names;
}

}  // namespace endcap::fuzz
