// The numbered fields of a program's tables. A number is never used twice for different things; a field that
// is new gets the next one.
#include "runtime/engine/program_tables.h"

#include <type_traits>

#include "runtime/engine/fields.h"

namespace endcap::rows {

// A number whose default is not 0: 0 is left out, and what is left out has its default.
template <uint32_t kDefault, typename F, typename T>
void shifted(F& f, uint32_t number, T& value) {
  uint32_t shown = static_cast<uint32_t>(value) - kDefault;
  f(number, shown);
  if constexpr (F::kReads) value = static_cast<T>(shown + kDefault);
}
constexpr uint32_t kUntil = static_cast<uint32_t>(abi::WaitKind::Until);
constexpr uint32_t kOpen = 9 * 3600, kClose = 17 * 3600;
template <typename F>
void type(F& f, uint32_t number, abi::TypeId& value) {
  shifted<abi::kNoType>(f, number, value);
}

// clang-format off: one line a table, so that what is missing shows
template <typename F>
void fields_of(F& f, abi::Field& x) {
  f(1, x.name), type(f, 2, x.type), f(3, x.key), f(4, x.advice);
}
template <typename F>
void fields_of(F& f, abi::Type& x) {
  f(1, x.kind), f(2, x.scale), f(3, x.precision), f(4, x.max_length), f(5, x.name), type(f, 6, x.element),
      f(7, x.fields), f(8, x.values), f(9, x.refinement), f(10, x.least), f(11, x.most), f(12, x.identifier);
}
template <typename F>
void fields_of(F& f, abi::WireField& x) {
  f(1, x.name), f(2, x.unit_name), f(3, x.edm_type), f(4, x.scale), f(5, x.key);
}
template <typename F>
void fields_of(F& f, abi::ViewField& x) {
  f(1, x.wire), f(2, x.required);
}
template <typename F>
void fields_of(F& f, abi::View& x) {
  f(1, x.name), f(2, x.system), f(3, x.entity_set), type(f, 4, x.record), f(5, x.fields), f(6, x.key);
}
template <typename F>
void fields_of(F& f, abi::Navigation& x) {
  f(1, x.from_view), f(2, x.name), f(3, x.property), f(4, x.to_view), shifted<1>(f, 5, x.many),
      f(6, x.required);
}
template <typename F>
void fields_of(F& f, abi::Operation& x) {
  f(1, x.name), f(2, x.system), f(3, x.operation_class), f(4, x.form), f(5, x.target), f(6, x.is_action),
      type(f, 7, x.payload), f(8, x.fields), f(9, x.strategy), f(10, x.strategy_field),
      f(11, x.strategy_edm_type), f(12, x.owner), f(13, x.limit_count), f(14, x.limit_period),
      f(15, x.rejections), f(16, x.result_view), f(17, x.result_many), f(18, x.batch_max);
}
template <typename F>
void fields_of(F& f, abi::Event& x) {
  f(1, x.name), f(2, x.type), f(3, x.system), type(f, 4, x.record), f(5, x.fields);
}
template <typename F>
void fields_of(F& f, abi::System& x) {
  f(1, x.name), f(2, x.protocol);
}
template <typename F>
void fields_of(F& f, abi::PolicyRow::Budget& x) {
  f(1, x.amount), f(2, x.account), f(3, x.limit), f(4, x.name), f(5, x.beyond);
}
template <typename F>
void fields_of(F& f, abi::PolicyRow& x) {
  f(1, x.verdict), f(2, x.roles), f(3, x.reason), f(4, x.budgets);
}
template <typename F>
void fields_of(F& f, abi::Policy::StandIn& x) {
  f(1, x.stand_in), f(2, x.role);
}
template <typename F>
void fields_of(F& f, std::pair<uint32_t, uint32_t>& x) {
  f(1, x.first), f(2, x.second);
}
template <typename F>
void fields_of(F& f, abi::Policy::Recheck& x) {
  f(1, x.view), f(2, x.key_facts), f(3, x.facts);
}
template <typename F>
void fields_of(F& f, abi::Policy& x) {
  f(1, x.name), type(f, 2, x.facts), f(3, x.rows), f(4, x.stand_ins), f(5, x.rechecks);
}
template <typename F>
void fields_of(F& f, abi::Slot& x) {
  f(1, x.name), type(f, 2, x.type), f(3, x.trust), f(4, x.advised);
}
template <typename F>
void fields_of(F& f, abi::Subscription& x) {
  f(1, x.event), f(2, x.key_field), f(3, x.key_operand), f(4, x.guard_state), f(5, x.machine),
      f(6, x.first_capture), f(7, x.capture_count);
}
template <typename F>
void fields_of(F& f, abi::TimeLimit& x) {
  f(1, x.operand), f(2, x.calendar);
}
template <typename F>
void fields_of(F& f, abi::Branch& x) {
  f(1, x.machine), f(2, x.name), f(3, x.first_capture), f(4, x.capture_count);
}
template <typename F>
void fields_of(F& f, abi::WaitPoint::ProposalRef& x) {
  f(1, x.name), f(2, x.operation), f(3, x.undo), type(f, 4, x.type), f(5, x.knows);
}
template <typename F>
void fields_of(F& f, abi::WaitPoint::Escalation& x) {
  f(1, x.role), f(2, x.after), f(3, x.scope);
}
template <typename F>
void fields_of(F& f, abi::Asked& x) {
  f(1, x.workflow), f(2, x.operand);
}
template <typename F>
void fields_of(F& f, abi::WaitPoint::Prefilled& x) {
  f(1, x.field), f(2, x.operand), f(3, x.trust);
}
template <typename F>
void fields_of(F& f, abi::WaitPoint::GrantPart& x) {
  f(1, x.grant), f(2, x.proposal);
}
template <typename F>
void fields_of(F& f, abi::Tolerance& x) {
  f(1, x.share), f(2, x.amount);
}
template <typename F>
void fields_of(F& f, abi::WaitPoint& x) {
  f(1, x.path), shifted<kUntil>(f, 2, x.kind), f(3, x.live), f(4, x.operands), type(f, 5, x.input),
      f(6, x.source_line), f(7, x.source_path), f(8, x.target), f(9, x.policy), f(10, x.label),
      f(11, x.proposals), f(12, x.role), f(13, x.within), f(14, x.remind), f(15, x.valid_until_operand),
      f(16, x.escalations), f(17, x.events), f(18, x.branches), f(19, x.parallel), f(20, x.collects),
      type(f, 21, x.element), f(22, x.asked), f(23, x.renewed), f(24, x.dues), f(25, x.tolerate),
      f(29, x.prefilled), f(30, x.scope), f(31, x.by_line), f(32, x.elements), type(f, 37, x.offered),
      f(38, x.control), f(39, x.unasked), f(40, x.written), f(41, x.written_now), f(42, x.ahead),
      type(f, 43, x.reasons.rejection), type(f, 44, x.reasons.approval), type(f, 45, x.reasons.rejected),
      f(46, x.brings), f(47, x.by_advice);
}
template <typename F>
void fields_of(F& f, abi::Machine& x) {
  f(1, x.name), f(2, x.kind), f(3, x.workflow), f(4, x.parameters), f(5, x.states), f(6, x.run_workflow);
}
template <typename F>
void fields_of(F& f, abi::Outcome& x) {
  f(1, x.name), type(f, 2, x.record), f(3, x.failure);
}
template <typename F>
void fields_of(F& f, abi::Workflow::StartParameter& x) {
  f(1, x.name), type(f, 2, x.type);
}
template <typename F>
void fields_of(F& f, abi::Workflow& x) {
  f(1, x.name), shifted<1>(f, 2, x.version), f(3, x.main), f(4, x.parameters), f(5, x.key_parameters),
      f(6, x.outcomes), f(7, x.signature), f(8, x.only_run), f(9, x.severity), f(10, x.parts_noted);
}
struct CalendarDay {  // a weekday, or a date
  int64_t day = 0;
  std::vector<uint64_t> times;  // from and to, one after the other
};
template <typename F>
void fields_of(F& f, CalendarDay& x) {
  f(1, x.day), f(2, x.times);
}
template <typename F, typename Day>
void days(F& f, uint32_t number, std::map<Day, Calendar::DayHours>& hours) {
  std::vector<CalendarDay> all;
  for (const auto& [day, of_day] : hours) {
    all.push_back({static_cast<int64_t>(day), {}});
    for (const auto& [from, to] : of_day) {
      all.back().times.push_back(static_cast<uint64_t>(from));
      all.back().times.push_back(static_cast<uint64_t>(to));
    }
  }
  f(number, all);
  if constexpr (F::kReads) {
    for (const auto& [day, times] : all) {
      for (size_t i = 0; i + 1 < times.size(); i += 2)
        hours[static_cast<Day>(day)].push_back(
            {static_cast<TimeOfDay>(times[i]), static_cast<TimeOfDay>(times[i + 1])});
    }
  }
}
template <typename F>
void fields_of(F& f, Calendar& x) {
  std::vector<uint64_t> working(x.working.begin(), x.working.end()),
      holidays(x.holidays.begin(), x.holidays.end());
  f(1, x.name), shifted<1>(f, 2, x.version), f(3, x.zone), f(4, working), shifted<kOpen>(f, 5, x.open),
      shifted<kClose>(f, 6, x.close), f(7, holidays), days(f, 8, x.of_weekday), days(f, 9, x.of_date);
  if constexpr (F::kReads) {
    for (size_t i = 0; i < working.size() && i < x.working.size(); ++i) x.working[i] = working[i] != 0;
    x.holidays.clear();
    for (const uint64_t day : holidays) x.holidays.insert(static_cast<Date>(day));
  }
}
template <typename F>
void fields_of(F& f, abi::Advisor& x) {
  f(1, x.name), type(f, 2, x.inputs), type(f, 3, x.output), f(4, x.timeout), f(5, x.fresh),
      f(6, x.confidence);
}
template <typename F>
void fields_of(F& f, abi::Program& x) {
  f(1, x.hash), f(2, x.types), f(3, x.roles), f(4, x.calendars), f(5, x.systems), f(6, x.views),
      f(7, x.navigations), f(8, x.operations), f(9, x.events), f(10, x.policies), f(11, x.workflows),
      f(12, x.machines), f(13, x.conflicts), f(14, x.advisors);
}
// clang-format on

}  // namespace endcap::rows

namespace endcap {

std::string encode_program(const abi::Program& program) { return rows::encode(program); }

abi::Program decode_program(std::string_view bytes) { return rows::decode<abi::Program>(bytes); }

}  // namespace endcap
