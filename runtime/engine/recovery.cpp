// What a restart must know: unapplied records, and calls that were not resolved. Frames of what waits and
// history stay where they are.
#include <fmt/format.h>

#include "runtime/engine/partition.h"
#include "runtime/engine/replay.h"
#include "runtime/value/mutation.h"

namespace endcap {

using Purpose = rows::Pending::Purpose;
using Stage = rows::Pending::Stage;

std::expected<void, EngineError> Partition::recover() {
  if (auto applied = apply_journal(); !applied) return applied;
  if (auto meta = find<rows::Meta>(Table::Meta, "state")) meta_ = std::move(*meta);
  now_ = meta_.time;
  meta_.cursors.resize(state_.options.partitions);
  applied_cursors_ = meta_.cursors;
  applied_messages_ = meta_.next_message - 1;
  acknowledged_time_ = meta_.time;
  return {};
}

std::expected<void, EngineError> Partition::load() {
  program_kept_ = kept_program(program().hash).has_value();
  const auto oldest = overlay_.collect(Table::Message, {}, 1);
  oldest_message_ = oldest.empty() ? meta_.next_message : rows::from_big_endian(oldest.front().first);
  const auto seen = overlay_.collect(Table::Dedup, "t", 1);
  if (!seen.empty()) oldest_seen_ = rows::time_of_key(std::string_view(seen.front().first).substr(1));
  load_carriers();
  load_calls();
  load_sealing();
  schedules_taken_ = !schedules_wanted();
  if (broken(Rule::DeadlinesSurvive)) next_due_known_ = true;  // nothing was scheduled yet
  if (!overlay_.failure().empty()) return std::unexpected(EngineError{overlay_.failure()});
  return {};
}

void Partition::create(const rows::Identity& identity) {
  put(Table::Meta, "identity", identity);
  commit();
}

std::expected<void, EngineError> Partition::apply_journal() {
  const auto fail = [&](const std::string& message) {
    return std::unexpected(EngineError{fmt::format("partition {}: {}", number_, message)});
  };
  auto opened = state_.journal.open(number_, state_.options.node);
  if (!opened) return fail(opened.error().message);
  epoch_ = opened->epoch;
  tail_ = opened->tail;
  const Position applied = state_.store.applied(number_);
  if (applied >= tail_) {  // which is the record that was just made
    return fail(fmt::format(
        "the store holds record {} and the journal ends at {}: they are not of the same data folder, or the "
        "end of the journal is damaged. Restore the data folder from a backup",
        applied, tail_ - 1));
  }
  auto replayed = replay(state_.store, state_.journal, number_);
  if (!replayed) return fail(replayed.error());
  state_.counters.recovered_records += *replayed;
  if (state_.store.applied(number_) != tail_) {
    return fail(fmt::format("record {} is the last that could be read, and the journal ends at {}",
                            state_.store.applied(number_), tail_));
  }
  return {};
}

void Partition::load_calls() {
  for (const auto& [key, value] : overlay_.collect(Table::Pending, {})) {
    const auto row = rows::decode<rows::Pending>(value);
    if (row.is_carried()) {
      if (is_foreign(row)) foreign_calls_.push_back(row.number);
      if (row.stage == Stage::Sent && !is_foreign(row)) left_open_.push_back(row.number);
      continue;
    }
    if (row.purpose == Purpose::Recheck) {
      rechecks_[{row.target, row.payload}] = row.number;
    } else {
      const auto whole = family(row.root);
      if (whole && whole->status == rows::Family::Status::Ending) settling_[row.root].insert(row.number);
      const auto waits = row.instance != 0 ? instance(row.root, row.instance) : std::nullopt;
      if (waits && waits->is_over()) leaving_calls_.insert(row.number);
    }
    if (row.flight != 0 && row.stage == Stage::Queued)
      flight(row.root, row.flight).queue.push_back(row.number);
    if (row.flight != 0 && row.stage != Stage::Queued && row.stage != Stage::Person &&
        find<rows::Group>(Table::Group, rows::pair_key(row.root, row.flight))) {
      flight(row.root, row.flight).holds.insert(row.number);
    }
    if (row.stage == Stage::Sent) left_open_.push_back(row.number);
  }
}

// A call that was under way may have been sent and may have taken effect. That the process ended is no
// failure of the other system.
void Partition::take_up(uint64_t number) {
  auto row = call(number);
  if (!row || row->stage != Stage::Sent) return;
  if (row->purpose == Purpose::Ask) return send_ask(*row);
  const bool reads = row->purpose == Purpose::Read || row->purpose == Purpose::Recheck ||
                     row->purpose == Purpose::Reread || row->purpose == Purpose::Look;
  if (reads) return send(*row);
  row->maybe_done = true;
  row->message = "the daemon was restarted while this call was under way";
  const abi::Operation* operation = operation_of(*row);
  if (operation->strategy == abi::Strategy::Unsafe) return ask_person(*row, row->message);
  row->asking = operation->strategy == abi::Strategy::Queryable;
  // The dead process's request can still arrive: wait until it can't.
  const Duration until_given_up = std::max<Duration>(row->deadline - now_, 0);
  const bool waits = arrives_late_badly(*row) && !broken(Rule::AskedAfterSettling);
  retry_later(*row, waits ? until_given_up + settle_of(*row) : 0);
}

}  // namespace endcap
