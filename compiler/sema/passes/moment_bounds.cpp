// Moments without running: see moment_bounds.h.
#include "compiler/sema/passes/moment_bounds.h"

#include <algorithm>
#include <cstdlib>
#include <set>

#include "compiler/sema/tree_walk.h"

namespace endcap::sema {
namespace {

class Reader {
 public:
  Reader(const Program& program, const Workflow& workflow) : program_(program), workflow_(workflow) {
    Walker walker;
    walker.statement = [&](const Stmt& each) {
      if (const auto* again = std::get_if<Again>(&each.node))
        for (const auto& [local, value] : again->with) handed_on_.insert(local);
    };
    walk(workflow.body, walker);
  }

  std::optional<MomentBounds> moment(const Expr& expr) const {
    const auto* operation = std::get_if<Operation>(&expr.node);
    if (!operation) return std::nullopt;
    switch (operation->op) {
      case Operator::InstantAt:
        return local(*operation);
      case Operator::AddDuration:
      case Operator::SubtractDuration: {
        auto bounds = moment(*operation->operands[0]);
        const auto length = clock_literal(program_, *operation->operands[1]);
        if (!bounds || !length) return std::nullopt;
        const bool later = operation->op == Operator::AddDuration;
        shift(*bounds, later ? *length : -*length);
        bounds->words += (later ? " + " : " - ") + duration_to_text(*length);
        return bounds;
      }
      case Operator::BusinessAfter:
      case Operator::BusinessBefore:
        return business(*operation);
      default:
        return std::nullopt;
    }
  }

 private:
  // `2 business days before M`: at least so long on the clock, and no longer can be said.
  std::optional<MomentBounds> business(const Operation& operation) const {
    auto bounds = moment(*operation.operands[1]);
    const auto length = business_literal(program_, *operation.operands[0]);
    if (!bounds || !length || length->amount < 0) return std::nullopt;
    const bool later = operation.op == Operator::BusinessAfter;
    const Duration least = least_on_clock(program_.abi.calendars[operation.calendar], *length,
                                          later ? Walk::Forwards : Walk::Backwards);
    if (later) {
      bounds->least += least, bounds->most = kNever;
    } else {
      bounds->most -= least, bounds->least = -kNever;
    }
    const bool days = length->unit == BusinessDuration::Unit::Days;
    bounds->words = (days ? std::to_string(length->amount) + " business days"
                          : duration_to_text(length->amount) + " of business time") +
                    (later ? " after " : " before ") + bounds->words;
    return bounds;
  }

  std::optional<MomentBounds> local(const Operation& at) const {
    const auto* time = std::get_if<Literal>(&at.operands[1]->node);
    auto zone = source(*at.operands[2]);
    if (const auto* text = std::get_if<TextLiteral>(&at.operands[2]->node)) zone = text->text;
    auto bounds = day(*at.operands[0]);
    if (!time || !zone || !bounds) return std::nullopt;
    const auto time_of_day = static_cast<TimeOfDay>(time->cell.bits);
    shift(*bounds, Duration{time_of_day} * kSecond);
    bounds->zone = *zone;
    bounds->words += " at " + time_to_text(time_of_day);
    return bounds;
  }

  std::optional<MomentBounds> day(const Expr& expr) const {
    if (const auto* literal = std::get_if<Literal>(&expr.node)) {
      const auto date = static_cast<Date>(literal->cell.bits);
      return MomentBounds{"", "", date * kDay, date * kDay, date_to_text(date)};
    }
    const auto* operation = std::get_if<Operation>(&expr.node);
    if (operation && (operation->op == Operator::AddDays || operation->op == Operator::SubtractDays)) {
      auto bounds = day(*operation->operands[0]);
      const auto* count = std::get_if<Literal>(&operation->operands[1]->node);
      if (!bounds || !count || count->cell.bits > 100'000 || count->cell.bits < -100'000) return std::nullopt;
      const auto days = static_cast<int64_t>(count->cell.bits);
      const bool later = operation->op == Operator::AddDays;
      shift(*bounds, (later ? days : -days) * kDay);
      bounds->words += (later ? " + " : " - ") + std::to_string(days) + (days == 1 ? " day" : " days");
      return bounds;
    }
    if (auto name = source(expr)) return MomentBounds{*name, "", 0, 0, *name};
    return std::nullopt;
  }

  // "promo.launch": expressions are pure and names assigned once, so that the same text is the same value.
  std::optional<std::string> source(const Expr& expr) const {
    if (const auto* local = std::get_if<LocalRef>(&expr.node)) {
      if (handed_on_.contains(local->local)) return std::nullopt;
      const std::string& name = workflow_.locals[local->local.index].name;
      const auto same = std::ranges::count(workflow_.locals, name, &Local::name);
      return same == 1 ? std::optional(name) : std::nullopt;
    }
    const auto* field = std::get_if<FieldOf>(&expr.node);
    if (!field) return std::nullopt;
    const auto record = source(*field->record);
    if (!record) return std::nullopt;
    return *record + "." + program_.abi.types[field->record->type].fields[field->field].name;
  }

  static void shift(MomentBounds& bounds, Duration by) {
    if (bounds.least > -kNever) bounds.least += by;
    if (bounds.most < kNever) bounds.most += by;
  }

  const Program& program_;
  const Workflow& workflow_;
  std::set<LocalId> handed_on_;  // names of a `repeat` that another round has with another value
};

}  // namespace

std::optional<MomentBounds> bounds_of(const Program& program, const Workflow& workflow, const Expr& moment) {
  return Reader(program, workflow).moment(moment);
}

std::optional<Duration> at_most_between(const MomentBounds& from, const MomentBounds& to) {
  constexpr Duration kZonesApart = 26 * kHour, kClockMoves = kHour;
  if (from.base != to.base || from.least <= -kNever || to.most >= kNever) return std::nullopt;
  const Duration nominal = to.most - from.least;
  if (from.zone != to.zone) return nominal + kZonesApart;
  return std::abs(nominal) < kDay ? nominal : nominal + kClockMoves;
}

std::optional<BusinessDuration> business_literal(const Program& program, const Expr& expr) {
  const auto* literal = std::get_if<Literal>(&expr.node);
  if (!literal || program.abi.types[expr.type].kind != abi::Kind::BusinessDuration) return std::nullopt;
  return BusinessDuration{static_cast<BusinessDuration::Unit>(static_cast<int64_t>(literal->cell.bits >> 64)),
                          static_cast<int64_t>(literal->cell.bits)};
}

std::optional<Duration> clock_literal(const Program& program, const Expr& expr) {
  const auto* literal = std::get_if<Literal>(&expr.node);
  if (!literal || program.abi.types[expr.type].kind != abi::Kind::Duration) return std::nullopt;
  return static_cast<Duration>(literal->cell.bits);
}

}  // namespace endcap::sema
