// Events: stored once where their id says, followed by every partition, and heard by those whose
// subscriptions they match.
#include <fmt/format.h>

#include <algorithm>
#include <iterator>
#include <nlohmann/json.hpp>
#include <ranges>

#include "runtime/abi/shape.h"
#include "runtime/engine/arguments.h"
#include "runtime/engine/partition.h"
#include "runtime/value/mutation.h"

namespace endcap {
namespace {

constexpr size_t kMessageBytesPerDrain = 1u << 20;  // that are followed, of each partition
constexpr size_t kHearersAhead = 16;                // of one key, that are read together with others
constexpr uint32_t kKeysMax = 256;  // of one subscription: its row, and what ends it, name each

}  // namespace

// ---------------------------------------------------------------- where the event is stored

// Whether those that are stored in this drain were seen, in one go.
void Partition::read_ahead_seen() {
  std::vector<std::string> keys;
  for (const ParsedEvent& event : events_ | std::views::take(kMessagesPerDrain))
    keys.push_back(event.seen_key);
  if (keys.size() > 1) overlay_.read_ahead(Table::Dedup, std::move(keys));
}

void Partition::store_event(ParsedEvent& event) {
  ++state_.counters.events;
  if (find<rows::Seen>(Table::Dedup, event.seen_key) && !broken(Rule::EventsAreTakenOnce))
    return answer(event.reply, R"({"accepted":true,"duplicate":true})");
  put(Table::Dedup, event.seen_key, rows::Seen{now_, 0, {}});
  overlay_.put(Table::Dedup, "t" + rows::time_key(now_) + event.seen_key, "");
  if (!oldest_seen_) oldest_seen_ = now_;
  event.heard->message.stored = now_;
  const uint64_t number = meta_.next_message++;
  put(Table::Message, rows::big_endian(number), event.heard->message);
  if (event.is_kept) state_.recent_messages.keep(number_, number, std::move(event.heard));
  answer(event.reply, R"({"accepted":true,"duplicate":false})");
}

// Messages are of no use to anyone once every partition has seen them, and its store says so.
void Partition::trim_messages() {
  uint64_t seen = UINT64_MAX;
  for (const Partition* other : others_) seen = std::min(seen, other->messages_seen(number_));
  for (; oldest_message_ <= seen && oldest_message_ < meta_.next_message; ++oldest_message_) {
    overlay_.erase(Table::Message, rows::big_endian(oldest_message_));
  }
}

// ---------------------------------------------------------------- following the others

// Reads what the others have in the store; the cursor moves in the record that holds what the messages did
// here.
bool Partition::follow_messages() {
  bool moved = false;
  meta_.cursors.resize(state_.options.partitions);
  for (const Partition* other : others_) {
    const PartitionId source = static_cast<PartitionId>(other->number_);
    for (const auto& message : messages_behind(source, meta_.cursors[source], other->messages_stored())) {
      if (overlay_.full()) return moved;
      ++meta_.cursors[source];
      moved = true;
      overlay_.touch();
      deliver(*message);
    }
  }
  return moved;
}

// Of the messages behind `seen` as many as a drain follows, with all read that is needed to tell them: most
// are told to nobody here. None when one can't be read: nothing is committed on that.
std::vector<std::shared_ptr<const HeardMessage>> Partition::messages_behind(PartitionId source, uint64_t seen,
                                                                            uint64_t stored) {
  std::vector<std::shared_ptr<const HeardMessage>> messages;
  std::vector<std::string> prefixes, instances;
  for (size_t bytes = 0;
       seen < stored && messages.size() < kMessagesPerDrain && bytes < kMessageBytesPerDrain;) {
    auto message = message_of(source, ++seen);
    if (!message) return {};
    bytes += message->message.data.size();
    for (const HeardEvent& event : message->events)
      std::ranges::copy(event.prefixes, std::back_inserter(prefixes));
    messages.push_back(std::move(message));
  }
  if (messages.size() < 2 || prefixes.empty()) return messages;
  for (const std::string_view value :
       overlay_.read_ahead_under(Table::Subscription, std::move(prefixes), kHearersAhead)) {
    const auto subscription = rows::decode<rows::Subscription>(value);
    instances.push_back(rows::pair_key(subscription.root, subscription.instance));
    instances.push_back(rows::pair_key(subscription.root, 0));
  }
  overlay_.read_ahead(Table::Instance, std::move(instances));
  return messages;
}

// Nothing: the engine has failed. A message stays until every partition has seen it.
std::shared_ptr<const HeardMessage> Partition::message_of(PartitionId source, uint64_t number) {
  if (auto recent = state_.recent_messages.find(source, number)) return recent;
  const auto bytes = state_.store.get(source, Table::Message, rows::big_endian(number));
  if (!bytes || !*bytes) {
    state_.failure =
        bytes ? fmt::format(
                    "The store is damaged: message {} of partition {} is gone, and partition {} has not "
                    "seen it. Stop the daemon and restore the data folder from a backup.",
                    number, source, number_)
              : bytes.error().message;
    return nullptr;
  }
  auto read = std::make_shared<const HeardMessage>(
      read_message(types(), program(), state_.correlation, rows::decode<rows::Message>(**bytes)));
  if (RecentMessages::is_worth_keeping(*read)) state_.recent_messages.keep(source, number, read);
  return read;
}

void Partition::deliver(const HeardMessage& heard) {
  const rows::Message& message = heard.message;
  if (message.kind == rows::Message::Kind::Start) return deliver_start(message);
  if (message.kind == rows::Message::Kind::Ended) return deliver_end(message);
  if (message.kind == rows::Message::Kind::Reserve) return deliver_reserve(message);
  if (message.kind == rows::Message::Kind::Reserved) return deliver_reserved(message);
  if (message.kind == rows::Message::Kind::Scheduled) return deliver_scheduled(message);
  if (message.kind == rows::Message::Kind::Came) return deliver_came(message);
  for (const HeardEvent& event : heard.events) deliver_event(message, event);
}

// Probes the subscriptions by each field that some wait point keys this event by, and those without a key.
void Partition::deliver_event(const rows::Message& message, const HeardEvent& event) {
  carry_message_to_routes(message, event.event);
  if (!event.record) return;
  change_entities(event);
  const uint64_t first_born =
      next_sequence();  // what is subscribed from here on answers to this event, and does not hear it
  for (const std::string& prefix : event.prefixes) {
    for (const auto& [key, value] : overlay_.collect(Table::Subscription, prefix)) {
      const auto now = overlay_.now(Table::Subscription, key, value);
      if (!now) continue;  // taken away because of what was heard before
      const auto subscription = rows::decode<rows::Subscription>(*now);
      if (subscription.born > first_born) continue;  // taken again
      heard(subscription, *event.record, message);
      run_ready();
    }
  }
}

void Partition::heard(const rows::Subscription& subscription, const std::string& record,
                      const rows::Message& message) {
  if (message.stored < subscription.since) return;
  auto row = instance(subscription.root, subscription.instance);
  if (!row) return;
  const abi::WaitPoint& point = program().machines[subscription.machine].states[subscription.state];
  const abi::Subscription& event = point.events.at(subscription.index);
  const abi::TypeId type = program().events[event.event].record;
  if (subscription.throughout) return start_handler(subscription, *row, record, message);
  if (row->status != rows::Instance::Status::Waiting) return;
  if (event.guard_state && !guard_holds(*row, *event.guard_state, Input{abi::Ok, 0, record, type, {}}))
    return;
  packed::Members details(now_);
  details.put("event", program().events[event.event].name);
  details.put("source", message.source);
  details.put("id", message.id);
  if (!message.partner.empty()) details.put("by", asker_json(message));
  note(*row, "heard", std::move(details));
  resume(row->root, row->number, Input{abi::EventBase + subscription.index, 0, record, type, {}});
}

// A guard that faults has not said yes; that it could not be computed is in the history.
bool Partition::guard_holds(const rows::Instance& row, uint32_t state, const Input& event) {
  const abi::Exit exit = call_machine(row, state, event);
  if (exit == abi::Exit::Faulted) {
    note(row.root, "guardFaulted", row.number, program().machines[row.machine].name, row.element,
         {{"reason", fault_text()}});
  }
  return exit == abi::Exit::GuardTrue;
}

// ---------------------------------------------------------------- subscribing

void Partition::subscribe(rows::Instance& row, const abi::WaitPoint& point, uint32_t index, bool throughout) {
  const abi::Subscription& event = point.events[index];
  rows::Subscription subscription;
  subscription.root = row.root;
  subscription.instance = row.number;
  subscription.index = index;
  subscription.machine = row.machine;
  subscription.state = row.state;
  subscription.throughout = throughout;
  subscription.since = now_;
  subscription.born = next_sequence();
  if (throughout) {
    for (uint32_t i = 0; i < event.capture_count; ++i)
      subscription.captures.push_back(packed_operand(point, event.first_capture + i));
  }
  const auto by = keys_of(point, event);
  const uint32_t field = by ? *event.key_field + 1 : 0;
  for (const std::string& value : by.value_or(std::set<std::string>{""})) {
    std::string key = rows::subscription_prefix(program().events[event.event].name, field, value) +
                      rows::pair_key(row.root, row.number) + rows::pair_key(row.state, index);
    put(Table::Subscription, key, subscription);
    (throughout ? row.scopes : row.subscriptions).push_back(std::move(key));
  }
}

// The values of the event's field by which it is found; nothing: by none, the guard looks at every such
// event.
std::optional<std::set<std::string>> Partition::keys_of(const abi::WaitPoint& point,
                                                        const abi::Subscription& event) {
  if (!event.key_operand) return std::nullopt;
  const abi::TypeId type = point.operands[*event.key_operand];
  const abi::Cell key = operand(*event.key_operand);
  abi::Arena& arena = workspace_.arena();
  if (!is_keyed_by_list(types(), point, event))
    return std::set<std::string>{abi::key_text(arena, types(), type, key, &blobs_)};
  const auto list = abi::find_list_cells(arena, types(), type, key, &blobs_);
  if (!list || list->count > kKeysMax) return std::nullopt;
  std::set<std::string> keys;
  for (uint32_t i = 0; i < list->count; ++i)
    keys.insert(abi::key_text(arena, types(), types()[type].element, arena.cells(list->first)[i], &blobs_));
  return keys;
}

bool Partition::park_throughout(rows::Instance& row, const abi::WaitPoint& point, std::string&) {
  for (uint32_t i = 0; i < point.events.size(); ++i) subscribe(row, point, i, true);
  resume(row.root, row.number, Input{});
  return true;
}

// A handler runs beside the machine, as a child of its own, on copies of what it uses: the first frame of its
// machine. None, which is in the history, when they are too large for one.
std::optional<rows::Instance> Partition::handler_row(const rows::Instance& parent, uint32_t machine,
                                                     std::span<const std::string> values) {
  abi::Arena arena;
  std::vector<abi::Cell> cells;
  for (size_t i = 0; i < values.size(); ++i) {
    auto cell = abi::unpack_value(types(), program().machines[machine].parameters[i].type, values[i], arena);
    CHECK(cell.has_value());
    cells.push_back(*cell);
  }
  auto frame = make_frame(machine, cells, arena, parent.root);
  if (!frame) {
    note(parent, "handlerFailed", {{"reason", "what it uses is too large for a frame"}});
    return std::nullopt;
  }
  rows::Instance row;
  row.root = parent.root;
  row.machine = machine;
  row.frame = std::move(*frame);
  return row;
}

void Partition::start_beside(rows::Instance row, const rows::Instance& parent) {
  holds(parent.root, rows::Family::Handlers);
  row.parent = parent.number;
  row.lineage = parent.lineage;
  row.lineage.push_back(row.number);
  row.since = now_;
  row.element = parent.element;
  row.flight = parent.flight;
  step(std::move(row), Input{abi::Start});
}

void Partition::start_handler(const rows::Subscription& subscription, const rows::Instance& parent,
                              const std::string& record, const rows::Message& message) {
  const abi::WaitPoint& point = program().machines[subscription.machine].states[subscription.state];
  const abi::Subscription& event = point.events.at(subscription.index);
  std::vector<std::string> values = subscription.captures;
  values.push_back(record);
  auto row = handler_row(parent, *event.machine, values);
  if (!row) return;
  const abi::TypeId type = program().events[event.event].record;
  if (event.guard_state && !guard_holds(*row, *event.guard_state, Input{abi::Ok, 0, record, type, {}}))
    return;
  row->number = next_number();
  Json details = {{"event", program().events[event.event].name}};
  if (!message.partner.empty()) details["by"] = asker_json(message);
  note(parent.root, "handling", row->number, point.path, parent.element, details);
  start_beside(std::move(*row), parent);
}

}  // namespace endcap
