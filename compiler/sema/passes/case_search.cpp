// Looking for a point: axes are set one by one, as the conditions ask for them, and what can't hold any more
// is left at once.
#include <fmt/format.h>

#include <algorithm>
#include <map>

#include "compiler/sema/passes/case_grid.h"

namespace endcap::sema {
namespace {

constexpr size_t kSeemingMax = 1'000;  // points looked at in the hope of a certain one

enum class Truth : uint8_t { No, Yes, Unknown };

Truth truth_of(bool value) { return value ? Truth::Yes : Truth::No; }

}  // namespace

class CaseSearch {
 public:
  CaseSearch(const CaseGrid& grid, const std::vector<const Condition*>& wanted)
      : grid_(grid), wanted_(wanted), point_(grid.axes_.size()) {}

  CaseGrid::Search run() {
    look();
    if (result_.result == CaseGrid::Search::Result::None && exhausted_)
      result_.result = CaseGrid::Search::Result::TooMany;
    return std::move(result_);
  }

 private:
  // True: look no further.
  bool look() {
    std::optional<size_t> next;
    for (const Condition* condition : wanted_) {
      std::optional<size_t> asks;
      const Truth truth = ask(*condition, asks);
      if (exhausted_) return true;
      if (truth == Truth::No) return false;
      if (truth == Truth::Unknown && !next) next = asks;
    }
    if (!next) return found();
    for (size_t value = 0; value < grid_.axes_[*next].size(); ++value) {
      point_[*next] = value;
      if (look()) return true;
    }
    point_[*next].reset();
    return false;
  }

  bool found() {
    const bool certain = !grid_.entangled(point_);
    if (certain || result_.result == CaseGrid::Search::Result::None) {
      result_.result = certain ? CaseGrid::Search::Result::Certain : CaseGrid::Search::Result::Seeming;
      result_.point = point_;
    }
    return certain || ++seeming_ >= kSeemingMax;
  }

  // Whether it holds whatever the axes that are not set; the first of them that it asks for.
  Truth ask(const Condition& condition, std::optional<size_t>& asks) {
    if (grid_.budget_ == 0) {
      exhausted_ = true;
      return Truth::Unknown;
    }
    --grid_.budget_;
    switch (condition.form) {
      case Condition::Form::Constant:
        return truth_of(condition.constant);
      case Condition::Form::And:
        return ask_all(condition.inner, Truth::No, asks);
      case Condition::Form::Or:
        return ask_all(condition.inner, Truth::Yes, asks);
      case Condition::Form::Not: {
        const Truth inner = ask(condition.inner[0], asks);
        return inner == Truth::Unknown ? inner : truth_of(inner == Truth::No);
      }
      case Condition::Form::Same:
        return ask_same(condition, asks);
      case Condition::Form::Choose: {
        const Truth chooses = ask(condition.inner[0], asks);
        if (chooses != Truth::Unknown) return ask(condition.inner[chooses == Truth::Yes ? 1 : 2], asks);
        return chooses;
      }
      case Condition::Form::Compare:
      case Condition::Form::OneOf:
        break;
    }
    const auto& value = point_[condition.axis];
    if (!value) {
      if (!asks) asks = condition.axis;
      return Truth::Unknown;
    }
    if (condition.form == Condition::Form::OneOf) return truth_of(*value == condition.choice);
    return truth_of(
        satisfies(compare(grid_.axes_[condition.axis].points[*value], condition.literal), condition.op));
  }

  Truth ask_same(const Condition& condition, std::optional<size_t>& asks) {
    const Truth left = ask(condition.inner[0], asks), right = ask(condition.inner[1], asks);
    if (left == Truth::Unknown || right == Truth::Unknown) return Truth::Unknown;
    return truth_of(left == right);
  }

  // `deciding`: what settles the whole as soon as one is it.
  Truth ask_all(const std::vector<Condition>& inner, Truth deciding, std::optional<size_t>& asks) {
    bool unknown = false;
    const std::optional<size_t> before = asks;
    for (const Condition& one : inner) {
      const Truth truth = ask(one, asks);
      if (truth == deciding) {
        asks = before;
        return deciding;
      }
      unknown = unknown || truth == Truth::Unknown;
    }
    if (unknown) return Truth::Unknown;
    return deciding == Truth::Yes ? Truth::No : Truth::Yes;
  }

  const CaseGrid& grid_;
  const std::vector<const Condition*>& wanted_;
  PartialPoint point_;
  CaseGrid::Search result_;
  size_t seeming_ = 0;
  bool exhausted_ = false;
};

CaseGrid::Search CaseGrid::search(const std::vector<const Condition*>& wanted) const {
  if (!complete_) return {.result = Search::Result::TooMany, .point = {}};
  return CaseSearch(*this, wanted).run();
}

bool CaseGrid::holds(const Condition& condition, const std::vector<size_t>& point) const {
  const auto inner_holds = [&](const Condition& inner) { return holds(inner, point); };
  switch (condition.form) {
    case Condition::Form::Constant:
      return condition.constant;
    case Condition::Form::And:
      return std::ranges::all_of(condition.inner, inner_holds);
    case Condition::Form::Or:
      return std::ranges::any_of(condition.inner, inner_holds);
    case Condition::Form::Not:
      return !holds(condition.inner[0], point);
    case Condition::Form::Same:
      return holds(condition.inner[0], point) == holds(condition.inner[1], point);
    case Condition::Form::Choose:
      return holds(condition.inner[holds(condition.inner[0], point) ? 1 : 2], point);
    case Condition::Form::Compare:
      return satisfies(compare(axes_[condition.axis].points[point[condition.axis]], condition.literal),
                       condition.op);
    case Condition::Form::OneOf:
      return point[condition.axis] == condition.choice;
  }
  return false;
}

// Two axes of the point that share a fact, or one that can't be looked into, paired with itself.
std::optional<std::pair<size_t, size_t>> CaseGrid::entangled(const PartialPoint& point) const {
  std::map<std::string, size_t> owners;
  for (size_t i = 0; i < axes_.size(); ++i) {
    if (!point[i]) continue;
    if (axes_[i].opaque) return std::pair(i, i);
    for (const std::string& source : axes_[i].sources) {
      const auto [owner, fresh] = owners.try_emplace(source, i);
      if (!fresh) return std::pair(owner->second, i);
    }
  }
  return std::nullopt;
}

std::string CaseGrid::doubt(const PartialPoint& point) const {
  const auto pair = entangled(point);
  if (!pair) return "";
  if (pair->first == pair->second)
    return fmt::format("whether {} holds follows from no rule here", axes_[pair->first].term);
  return fmt::format("{} and {} don't vary independently", axes_[pair->first].term, axes_[pair->second].term);
}

}  // namespace endcap::sema
