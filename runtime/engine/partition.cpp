// The drain of a partition and its record: inputs in, one record out, replies and calls when it is
// acknowledged.
#include "runtime/engine/partition.h"

#include <fmt/format.h>

#include <algorithm>
#include <iterator>
#include <nlohmann/json.hpp>
#include <utility>

#include "runtime/engine/history.h"
#include "runtime/value/mutation.h"

namespace endcap {
namespace {

constexpr size_t kRecentBytes = 4u << 20;  // of the node: what was just written and is read again
constexpr size_t kStartsPerDrain = 128;
constexpr size_t kCallsPerDrain = 128;
constexpr size_t kRepliesPerDrain = 1024;
constexpr size_t kForgottenPerDrain = 512;  // more than a drain takes in
constexpr Duration kSeenFor = 30 * kDay;    // docs/reference/api.md states it

}  // namespace

Partition::Partition(EngineState& state, PartitionId number)
    : state_(state),
      number_(number),
      overlay_(state.store, number, state.counters.history_rows_read,
               kRecentBytes / state.options.partitions),
      workspace_(*state.program, &blobs_),
      run_with_handlers_(workflows_run_with_handlers(*state.program)),
      applied_cursors_(state.options.partitions) {
  blobs_.partition = this;
}

std::expected<std::string, Fault> Partition::FamilyBlobs::load_blob(const abi::BlobHash& hash) {
  auto bytes = partition->overlay_.get(Table::Blob, rows::big_endian(root) + hash);
  if (!bytes) return std::unexpected(Fault{FaultKind::Defect, "a large list is not in the store"});
  return std::move(*bytes);
}

bool Partition::drain(Instant now) {
  now_ = std::max(now, meta_.time);
  if (unapplied_bytes_ >= state_.options.unapplied_bytes_max) return false;
  steps_.clear();
  looks_ = 0;
  const bool took = take_inputs();
  tell_held();
  if (!overlay_.failure().empty()) state_.failure = overlay_.failure();
  if (!state_.failure.empty()) return false;
  overlay_.forget_read_ahead();
  const bool keeps = overlay_.dirty();
  if (keeps) commit();
  if (!answers_.empty()) {  // nothing changed: they rest on what is under way, if anything is
    Batch* last = batches_.empty() ? nullptr : &std::prev(batches_.end())->second;
    if (last == nullptr || last->told || broken(Rule::AnswersWaitForWhatTheyRestOn)) {
      for (auto& answer : std::exchange(answers_, {})) answer();
    } else {
      std::ranges::move(std::exchange(answers_, {}), std::back_inserter(last->replies));
    }
  }
  return took || keeps;
}

// Results of calls and decisions come first and timers have their share, however many starts are waiting.
// Half of what may be on its way to the disk is theirs alone.
bool Partition::take_inputs() {
  bool took = false;
  const bool takes_new = unapplied_bytes_ <= state_.options.unapplied_bytes_max / 2;
  const auto take = [&](auto& queue, size_t limit, auto handle) {
    for (size_t i = 0; i < limit && !queue.empty() && !overlay_.full(); ++i) {
      auto each = std::move(queue.front());
      queue.pop_front();
      handle(each);
      run_ready();
      took = true;
    }
  };
  for (const uint64_t number : std::exchange(left_open_, {})) {
    take_up(number);
    took = true;
  }
  if (!std::exchange(schedules_taken_, true)) {
    take_schedules();
    took = true;
  }
  took = take_carriers() || took;
  take(replies_, kRepliesPerDrain, [&](CallReply& reply) { call_result(reply); });
  take(decisions_, SIZE_MAX, [&](DecisionRequest& request) { decide_now(request); });
  take(resumes_, SIZE_MAX, [&](ResumeRequest& request) { resume_by_hand(request); });
  take(held_requests_, SIZE_MAX, [&](HeldRequest& request) { settle_held(request); });
  took = fire_timers() || took;
  took = follow_messages() || took;
  if (takes_new) {
    read_ahead_seen();
    take(events_, kMessagesPerDrain, [&](ParsedEvent& event) { store_event(event); });
    take(inbound_, kCallsPerDrain, [&](InboundCall& call) { take_call(call); });
    take(starts_, kStartsPerDrain, [&](ParsedStart& request) { start_instance(request); });
  }
  for (uint64_t root : std::exchange(compensating_, {})) compensate(root);
  for (const auto& [root, number] : std::exchange(compensating_below_, {})) {
    const auto ending = instance(root, number);
    if (ending) settle_below(*ending);
  }
  run_ready();
  took = fill_carriers() || took;
  if (took) {
    trim_messages();
    forget_seen();
  }
  const bool sealed = seal_some();
  const bool dropped = drop_some();
  return took || sealed || dropped;
}

void Partition::commit() {
  meta_.time = now_;
  put(Table::Meta, "state", meta_);
  if (broken(Rule::CursorsMoveWithTheirEffects)) {
    rows::Meta behind = meta_;
    behind.cursors = applied_cursors_;
    put(Table::Meta, "state", behind);
  }
  Batch batch;
  batch.taken = tail_ + 1;
  batch.operations = overlay_.take(batch.taken);
  batch.replies = std::exchange(answers_, {});
  batch.calls = std::exchange(calls_, {});
  batch.cursors = meta_.cursors;
  batch.messages = meta_.next_message - 1;
  batch.time = now_;
  auto records = encode_parts(*batch.operations, state_.options.record_bytes_max);
  if (!records) {
    state_.failure = fmt::format("partition {}: {}", number_, records.error());
    answers_ = std::move(batch.replies);
    return;
  }
  for (const EncodedPart& record : *records) {
    batch.parts.push_back(record.operations);
    batch.bytes += record.bytes.size();
  }
  unapplied_bytes_ += batch.bytes;
  if (broken(Rule::EffectsWaitForTheSync))
    std::ranges::move(std::exchange(batch.calls, {}), std::back_inserter(released_calls_));
  if (broken(Rule::AppliedOnceAcknowledged))
    (void)state_.store.apply(number_, batch.taken, *batch.operations);
  batches_.emplace(tail_ + records->size(), std::move(batch));
  for (EncodedPart& record : *records) {
    ++state_.counters.records;
    ++tail_;
    state_.journal.append(number_, epoch_, tail_ - 1, tail_, std::move(record.bytes),
                          [acks = state_.acks, partition = number_, position = tail_](Ack ack) {
                            acks->push({partition, position, ack});
                          });
  }
}

void Partition::acknowledged(Position position, Ack ack, bool answers) {
  const auto found = batches_.lower_bound(position);  // of which it is a part
  if (found == batches_.end()) return;
  if (ack != Ack::Ok) {
    const auto why = state_.journal.failure();
    state_.failure = ack == Ack::Fenced ? fmt::format("another process took over partition {}", number_)
                     : why              ? why->message
                                        : "the journal could not be synced";
    return;
  }
  if (found->first != position) return;
  Batch& batch = found->second;
  acknowledged_time_ = std::max(acknowledged_time_, batch.time);
  std::ranges::move(std::exchange(batch.calls, {}), std::back_inserter(released_calls_));
  state_.applier.hand_over({number_, position, batch.operations, std::move(batch.parts), batch.bytes});
  if (answers) tell(batch);
}

void Partition::tell(Batch& batch) {
  batch.told = true;
  for (const auto& reply : std::exchange(batch.replies, {})) reply();
}

void Partition::applied(Position position, const std::string& problem) {
  const auto found = batches_.find(position);
  if (found == batches_.end()) return;
  Batch batch = std::move(found->second);
  batches_.erase(found);
  unapplied_bytes_ -= batch.bytes;
  if (problem.empty()) {
    overlay_.applied(batch.taken);
  } else {
    state_.failure = problem;
  }
  applied_cursors_ = batch.cursors;
  applied_cursors_.resize(state_.options.partitions);
  applied_messages_ = batch.messages;
  tell(batch);
}

// Called for every partition after every round: one that is idle must not keep the log of the others.
void Partition::trim_journal() {
  Position flushed = state_.store.flushed(number_);
  if (broken(Rule::TrimmedUpToFlushed)) flushed = state_.store.applied(number_);
  if (flushed > trimmed_) state_.journal.trim(number_, trimmed_ = flushed);
}

void Partition::abandon(const std::string& why) {
  const Refusal refusal{Refusal::Kind::Overloaded,
                        why + ". Whether this request was kept is not known: ask again with the same id"};
  failure_of_waiting_ = refusal;
  for (auto& [position, batch] : batches_) {
    for (auto& reply : batch.replies) reply();
  }
  for (auto& reply : std::exchange(answers_, {})) reply();
  const auto refuse = [&](auto& queue) {
    for (auto& each : queue) {
      if (each.reply) each.reply(std::unexpected(refusal));
    }
    queue.clear();
  };
  refuse(starts_), refuse(events_), refuse(inbound_), refuse(decisions_), refuse(resumes_),
      refuse(held_requests_);
  batches_.clear();
  calls_.clear();
  released_calls_.clear();
  replies_.clear();
}

size_t Partition::refuse_new(const Refusal& refusal) {
  const size_t refused = queued_new();
  const auto refuse = [&](auto& queue) {
    for (auto& each : std::exchange(queue, {})) {
      if (each.reply) each.reply(std::unexpected(refusal));
    }
  };
  refuse(starts_), refuse(events_), refuse(inbound_);
  return refused;
}

void Partition::answer(JsonReply reply, std::expected<std::string, Refusal> result) {
  if (!reply) return;
  if (broken(Rule::RepliesWaitForTheSync)) return reply(std::move(result));
  answers_.push_back([this, reply = std::move(reply), result = std::move(result)]() mutable {
    if (failure_of_waiting_) result = std::unexpected(*failure_of_waiting_);
    reply(std::move(result));
  });
}

// Ids that were seen long ago are forgotten, a few a drain. No timer wakes for it.
void Partition::forget_seen() {
  if (!oldest_seen_ || now_ - *oldest_seen_ < kSeenFor) return;
  oldest_seen_.reset();
  const auto oldest = overlay_.collect(Table::Dedup, "t", kForgottenPerDrain, forget_from_);
  for (const auto& [key, value] : oldest) {
    forget_from_ = key;  // a scan from there on does not walk over what was forgotten before
    const Instant seen = rows::time_of_key(std::string_view(key).substr(1));
    if (now_ - seen < kSeenFor) {
      oldest_seen_ = seen;
      return;
    }
    overlay_.erase(Table::Dedup, key.substr(9));
    overlay_.erase(Table::Dedup, key);
    oldest_seen_ = seen;
  }
}

// ---------------------------------------------------------------- rows

std::optional<rows::Instance> Partition::instance(uint64_t root, uint64_t number) {
  return find<rows::Instance>(Table::Instance, rows::pair_key(root, number));
}

std::optional<rows::Family> Partition::family(uint64_t root) {
  return find<rows::Family>(Table::Instance, rows::pair_key(root, 0));
}

void Partition::erase_all(Table table, const std::string& prefix) {
  for (auto& [key, value] : overlay_.collect(table, prefix)) overlay_.erase(table, key);
}

void Partition::holds(uint64_t root, rows::Family::Holds what) {
  auto whole = family(root);
  if (!whole || whole->may_hold(what)) return;
  whole->holds |= what;
  put(*whole);
}

void Partition::note(uint64_t root, const char* kind, uint64_t instance, const std::string& path,
                     const std::string& element, const Json& details) {
  keep(history::entry_of({root, state_.folder}, now_, kind, instance, path, element, details), root);
}

void Partition::keep(const history::Entry& entry, uint64_t root) {
  overlay_.put(Table::History, rows::pair_key(root, next_sequence()), history::row_of(entry, root));
}

void Partition::note(const rows::Instance& row, const char* kind, const Json& details) {
  note(row.root, kind, row.number, wait_point(row).path, row.element, details);
}

// What is noted thousands of times a second is packed at once.
void Partition::note(const rows::Instance& row, const char* kind, packed::Members details) {
  keep(history::entry_of(now_, kind, row.number, wait_point(row).path, row.element, std::move(details)),
       row.root);
}

bool Partition::busy() const {
  return !starts_.empty() || !events_.empty() || !inbound_.empty() || !decisions_.empty() ||
         !resumes_.empty() || !replies_.empty() || !batches_.empty() || !sent_.empty() ||
         !left_open_.empty() || !released_calls_.empty() || !schedules_taken_ || !held_requests_.empty() ||
         carriers_have_work() || std::any_of(others_.begin(), others_.end(), [&](const Partition* other) {
           return other->number_ >= meta_.cursors.size()
                      ? other->messages_stored() > 0
                      : meta_.cursors[other->number_] < other->messages_stored();
         });
}

}  // namespace endcap
