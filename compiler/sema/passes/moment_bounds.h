// What can be said of a moment without running: how far from a day it lies, at least and at most.
#pragma once

#include <optional>
#include <string>

#include "compiler/sema/passes/business_bounds.h"
#include "compiler/sema/typed.h"

namespace endcap::sema {

struct MomentBounds {
  std::string
      base;  // "promo.launch" as it is computed; the same text is the same day. Empty: a day written down
  std::string zone;              // "Australia/Sydney", or what it is read from
  Duration least = 0, most = 0;  // from the beginning of that day in that zone; beyond +-kNever: not known
  std::string words;             // "promo.launch - 2 days at 06:00"
};

// Nothing when the day itself is computed in a way that can't be looked into.
std::optional<MomentBounds> bounds_of(const Program& program, const Workflow& workflow, const Expr& moment);

// From `from` to `to`, at most. Nothing when they don't hang on the same day.
std::optional<Duration> at_most_between(const MomentBounds& from, const MomentBounds& to);

// A duration that is written down.
std::optional<BusinessDuration> business_literal(const Program& program, const Expr& expr);
std::optional<Duration> clock_literal(const Program& program, const Expr& expr);

}  // namespace endcap::sema
