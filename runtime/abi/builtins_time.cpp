// Builtins over dates, instants and business time. Cells have 128 bits: what does not fit the type's own
// range is Overflow.
#include "runtime/abi/builtins.h"
#include "runtime/value/calendar.h"

using namespace endcap;
using namespace endcap::abi;

namespace {

bool fits(Int128 bits, int64_t low, int64_t high) { return bits >= low && bits <= high; }

template <typename Move>
uint32_t move_by_business_time(Context* context, Cell* result, const Cell* arguments, uint64_t calendar,
                               Move move) {
  const Int128 duration = arguments[0].bits, moment = arguments[1].bits;
  if (!fits(moment, INT64_MIN, INT64_MAX)) return code(FaultKind::Overflow);
  const BusinessDuration parts{static_cast<BusinessDuration::Unit>(static_cast<uint8_t>(duration >> 64)),
                               static_cast<int64_t>(duration)};
  return give(result, move(context->program->calendars[calendar], static_cast<Instant>(moment), parts));
}

}  // namespace

uint32_t endcap_rt_InstantOf(Context* context, Cell* result, const Cell* arguments, uint64_t) {
  if (!fits(arguments[0].bits, INT32_MIN, INT32_MAX) || !fits(arguments[1].bits, 0, 86399))
    return code(FaultKind::Overflow);
  return give(result,
              instant_of(static_cast<Date>(arguments[0].bits), static_cast<TimeOfDay>(arguments[1].bits),
                         context->arena->text(arguments[2])));
}

uint32_t endcap_rt_DateAddDays(Context*, Cell* result, const Cell* arguments, uint64_t) {
  Int128 date;
  if (__builtin_add_overflow(arguments[0].bits, arguments[1].bits, &date)) return code(FaultKind::Overflow);
  Type type;
  type.kind = Kind::Date;
  if (!is_scalar_in_range(type, Cell{date})) return code(FaultKind::Overflow);
  return give(result, date);
}

uint32_t endcap_rt_DaysBetween(Context*, Cell* result, const Cell* arguments, uint64_t) {
  return give(result, arguments[1].bits - arguments[0].bits);
}

uint32_t endcap_rt_BusinessBefore(Context* context, Cell* result, const Cell* arguments, uint64_t immediate) {
  return move_by_business_time(context, result, arguments, immediate, subtract_business);
}

uint32_t endcap_rt_BusinessDay(Context* context, Cell* result, const Cell* arguments, uint64_t immediate) {
  if (!fits(arguments[0].bits, INT32_MIN, INT32_MAX)) return code(FaultKind::Overflow);
  const Calendar& calendar = context->program->calendars[static_cast<uint32_t>(immediate)];
  return give(result, business_day(calendar, static_cast<Date>(arguments[0].bits),
                                   static_cast<DayConvention>(immediate >> 32)));
}

uint32_t endcap_rt_BusinessAfter(Context* context, Cell* result, const Cell* arguments, uint64_t immediate) {
  return move_by_business_time(context, result, arguments, immediate, add_business);
}
