// The engine: requests to their partitions, one round over all of them, acknowledgements back.
#include "runtime/engine/engine.h"

#include <fmt/format.h>

#include <algorithm>
#include <nlohmann/json.hpp>
#include <random>

#include "runtime/abi/shape.h"
#include "runtime/engine/admission.h"
#include "runtime/engine/inbound.h"
#include "runtime/engine/partition.h"
#include "runtime/engine/views.h"

namespace endcap {
namespace {

constexpr size_t kQueuedMax = 4096;       // of a partition; beyond, requests are refused at the door
constexpr size_t kFamiliesPerSync = 256;  // of a partition, when a program takes over

std::string random_bytes() {
  std::random_device device;
  std::string bytes;
  for (int i = 0; i < 4; ++i) bytes += rows::big_endian(device()).substr(4);
  return bytes;
}

std::unexpected<Refusal> refuse(Refusal::Kind kind, std::string message) {
  return std::unexpected(Refusal{kind, std::move(message)});
}

class PartitionedEngine final : public Engine {
 public:
  PartitionedEngine(std::shared_ptr<const abi::Program> program, Store& store, Journal& journal,
                    const EngineOptions& options)
      : state_{program, store, journal, options, {}, program->types, {}, {}, People(*program, options), {}} {
    // Of each view the record of the cells of its key and the list of its records: reads have no types of
    // their own for them.
    for (const abi::View& view : program->views) {
      abi::Type record;
      record.kind = abi::Kind::Record;
      record.name = view.name + " key";
      for (const uint32_t field : view.key)
        record.fields.push_back(program->types[view.record].fields[field]);
      state_.view_keys.push_back(static_cast<abi::TypeId>(state_.types.size()));
      state_.types.push_back(std::move(record));
      abi::Type list;
      list.kind = abi::Kind::List;
      list.element = view.record;
      state_.view_lists.push_back(static_cast<abi::TypeId>(state_.types.size()));
      state_.types.push_back(std::move(list));
    }
    std::vector<Partition*> all;
    for (uint16_t i = 0; i < options.partitions; ++i) {
      partitions_.push_back(std::make_unique<Partition>(state_, i));
      all.push_back(partitions_.back().get());
    }
    for (auto& partition : partitions_) partition->follow(all);
  }

  std::expected<void, EngineError> open() {
    if (auto recovered = recover(true); !recovered) return recovered;
    auto known = known_programs();
    if (!known) return std::unexpected(known.error());
    std::optional<UpgradePlan> plan;
    if (!known->empty()) {
      auto planned = plan_for(*known);
      if (!planned) return std::unexpected(planned.error());
      if (planned->strands()) return std::unexpected(EngineError{stranded_text(*planned), true});
      plan = std::move(*planned);
    }
    if (const auto& before = state_.options.before_rows) {
      if (auto ready = before(); !ready) return std::unexpected(EngineError{ready.error()});
    }
    if (plan) {
      if (auto moved = take_over(*known); !moved) return moved;
      state_.counters.upgraded = plan->families;
    }
    for (auto& partition : partitions_) {
      if (auto loaded = partition->load(); !loaded) return loaded;
    }
    return {};
  }

  std::expected<UpgradePlan, EngineError> plan() {
    if (auto recovered = recover(false); !recovered) return std::unexpected(recovered.error());
    auto known = known_programs();
    if (!known) return std::unexpected(known.error());
    auto plan = plan_for(*known);
    if (!plan) return plan;
    plan->undecidable = undecidable();
    if (!state_.failure.empty()) return std::unexpected(EngineError{state_.failure});
    return plan;
  }

  void start(StartRequest request) override {
    const auto answer = [&](std::expected<std::string, Refusal> result) {
      if (request.reply) request.reply(std::move(result));
    };
    if (!state_.failure.empty()) return answer(refuse(Refusal::Kind::Overloaded, state_.failure));
    if (admission_.refuses()) return answer(turned_away());
    const abi::Program& program = *state_.program;
    const abi::Workflow* workflow = program.find_workflow(request.workflow);
    if (workflow == nullptr)
      return answer(
          refuse(Refusal::Kind::NotFound, fmt::format("there is no workflow \"{}\"", request.workflow)));
    if (workflow->severity)
      return answer(refuse(Refusal::Kind::Invalid,
                           fmt::format("{} is an exception: workflows raise it", workflow->name)));
    auto parsed = parse_start(state_, *workflow, request.arguments_json);
    if (!parsed) return answer(refuse(Refusal::Kind::Invalid, parsed.error()));
    ParsedStart start = std::move(*parsed);
    start.request_id = std::move(request.request_id);
    Partition& partition = partition_of(rows::workflow_key(workflow->name, start.key));
    if (partition.queued_starts() >= kQueuedMax) return answer(too_many("starts"));
    start.reply = std::move(request.reply);
    partition.start(std::move(start));
  }

  void event(EventRequest request) override {
    const auto answer = [&](std::expected<std::string, Refusal> result) {
      if (request.reply) request.reply(std::move(result));
    };
    if (!state_.failure.empty()) return answer(refuse(Refusal::Kind::Overloaded, state_.failure));
    if (admission_.refuses()) return answer(turned_away());
    if (request.source.empty() || request.id.empty())
      return answer(refuse(Refusal::Kind::Invalid, "an event needs a source and an id"));
    const std::string identity = request.source + '\0' + request.id;
    auto heard = std::make_shared<HeardMessage>(
        read_message(state_.types, *state_.program, state_.correlation,
                     {.source = std::move(request.source),
                      .id = std::move(request.id),
                      .type = std::move(request.type),
                      .data = std::move(request.data_json)}));
    if (heard->events.empty())
      return answer(refuse(Refusal::Kind::Invalid,
                           fmt::format("no workflow knows events of type \"{}\"", heard->message.type)));
    if (!heard->problem.empty()) return answer(refuse(Refusal::Kind::Invalid, heard->problem));
    Partition& partition = partition_of(identity);
    if (partition.queued_events() >= kQueuedMax) return answer(too_many("events"));
    const bool is_kept = RecentMessages::is_worth_keeping(*heard);
    if (!is_kept) heard->events.clear();
    partition.event({"e" + abi::sha256(identity), std::move(heard), is_kept, std::move(request.reply)});
  }

  // The partition that remembers the key need not be the one that starts: with both on stable storage, in
  // this order, whatever is asked again after a crash goes on from where it stood.
  void inbound(InboundRequest request) override {
    const JsonReply reply =
        request.reply ? std::move(request.reply) : JsonReply([](std::expected<std::string, Refusal>) {});
    if (!state_.failure.empty()) return reply(refuse(Refusal::Kind::Overloaded, state_.failure));
    if (admission_.refuses()) return reply(turned_away());
    auto parsed = parse_call(state_, request, seen_);
    if (!parsed) return reply(std::unexpected(parsed.error()));
    Partition& home = partition_of(parsed->home);
    if (home.queued_calls() >= kQueuedMax) return reply(too_many("calls"));
    parsed->call.reply = reply;
    if (parsed->start) parsed->call.reply = start_behind(std::move(*parsed->start), reply);
    home.call(std::move(parsed->call));
  }

  void decide(DecisionRequest request) override {
    if (!state_.failure.empty() && request.reply)
      return request.reply(refuse(Refusal::Kind::Overloaded, state_.failure));
    Partition& partition = *partitions_[request.task % partitions_.size()];
    if (partition.queued_by_people() >= kQueuedMax && request.reply)
      return request.reply(too_many("decisions"));
    partition.decide(std::move(request));
  }
  void resume(ResumeRequest request) override {
    if (!state_.failure.empty() && request.reply)
      return request.reply(refuse(Refusal::Kind::Overloaded, state_.failure));
    Partition& partition = *partitions_[request.instance % partitions_.size()];
    if (partition.queued_by_people() >= kQueuedMax && request.reply)
      return request.reply(too_many("decisions"));
    partition.resume(std::move(request));
  }
  void settle_held(HeldRequest request) override {
    if (!state_.failure.empty() && request.reply)
      return request.reply(refuse(Refusal::Kind::Overloaded, state_.failure));
    Partition& partition = *partitions_[request.item % partitions_.size()];
    if (partition.queued_by_people() >= kQueuedMax && request.reply)
      return request.reply(too_many("decisions"));
    partition.held(std::move(request));
  }
  void call_finished(CallReply reply) override {
    partitions_.at(reply.partition)->call_finished(std::move(reply));
  }

  bool drain(Instant now) override {
    bool did = false;
    now = std::max(now, last_time());
    show_as_of(now);
    look_around();
    for (auto& partition : partitions_) {
      if (state_.failure.empty()) did = partition->drain(now) || did;
    }
    stop_when_failed();
    return did || state_.applier.has_applied();  // for a view
  }

  void show_as_of(Instant now) override { seen_ = std::max(seen_, now); }

  void keep_time() override { partitions_.front()->keep_time(); }

  void settle() override {
    // On a full disk nobody is told of what a view would not show.
    const bool has_room = state_.store.go_on();
    if (!has_room) state_.journal.give_way();
    for (const Acks::Each& each : state_.acks->take()) {
      if (state_.failure.empty()) partitions_[each.partition]->acknowledged(each.position, each.ack, has_room);
    }
    for (const Applier::Applied& each : state_.applier.take()) {
      if (state_.failure.empty()) partitions_[each.partition]->applied(each.last, each.problem);
    }
    for (auto& partition : partitions_) {
      if (state_.failure.empty()) partition->trim_journal();
    }
    stop_when_failed();
  }
  bool apply() override { return state_.applier.apply(); }
  size_t bytes_to_apply() const override { return state_.applier.waiting_bytes(); }
  std::optional<std::string> failure() const override {
    return state_.failure.empty() ? std::nullopt : std::optional(state_.failure);
  }

  std::vector<std::pair<PartitionId, CallRequest>> take_calls() override {
    std::vector<std::pair<PartitionId, CallRequest>> calls;
    for (PartitionId i = 0; i < partitions_.size(); ++i) {
      for (CallRequest& call : partitions_[i]->take_calls()) {
        if (call.turn_within > 0) {
          call.turn_within -= std::max<Duration>(seen_ - call.now, 0);
          if (call.turn_within <= 0) {
            partitions_[i]->call_finished({i, call.call, call.attempt, not_in_time()});
            continue;
          }
        }
        calls.emplace_back(i, std::move(call));
      }
    }
    return calls;
  }

  std::optional<Instant> next_due() override {
    std::optional<Instant> first;
    for (auto& partition : partitions_) {
      const auto due = partition->next_due();
      if (due && (!first || *due < *first)) first = due;
    }
    return first;
  }
  bool busy() const override {
    return state_.failure.empty() &&
           std::any_of(partitions_.begin(), partitions_.end(), [](const auto& each) { return each->busy(); });
  }
  Instant last_time() const override {
    Instant last = 0;
    for (const auto& partition : partitions_) last = std::max(last, partition->last_time());
    return last;
  }

  Instant acknowledged_time() const override {
    Instant last = 0;
    for (const auto& partition : partitions_) last = std::max(last, partition->acknowledged_time());
    return last;
  }

  std::expected<std::string, Refusal> show(const std::string& workflow_or_id,
                                           const std::string& key) override {
    return ask([&](Views& views) { return views.show(workflow_or_id, key); });
  }
  std::expected<std::string, Refusal> list(const std::string& filter) override {
    return ask([&](Views& views) { return views.list(filter); });
  }
  std::expected<std::string, Refusal> history(uint64_t instance, uint64_t from, uint32_t limit) override {
    return ask([&](Views& views) { return views.history(instance, from, limit); });
  }
  std::expected<std::string, Refusal> tasks(const std::string& filter) override {
    return ask([&](Views& views) { return views.tasks(filter); });
  }
  std::expected<std::string, Refusal> schedules() override {
    return ask([](Views& views) { return views.schedules(); });
  }
  std::expected<std::string, Refusal> routes() override {
    return ask([](Views& views) { return views.routes(); });
  }
  std::expected<std::string, Refusal> held(const std::string& of, uint64_t after, uint32_t limit) override {
    return ask([&](Views& views) { return views.held(of, after, limit); });
  }
  std::expected<std::string, Refusal> held_item(uint64_t number) override {
    return ask([&](Views& views) { return views.held_item(number); });
  }
  std::expected<std::string, Refusal> task(uint64_t number) override {
    return ask([&](Views& views) { return views.one_task(number); });
  }
  std::expected<std::string, Refusal> lines(uint64_t task, const std::string& after,
                                            uint32_t limit) override {
    return ask([&](Views& views) { return views.lines(task, after, limit); });
  }
  std::vector<std::string> undecidable() override {
    const auto still = state_.applier.stand_still();
    Views seen = views();
    auto found = seen.undecidable();
    if (!seen.unreadable().empty()) state_.failure = seen.unreadable();
    return found;
  }
  std::vector<std::string> take_notices() override { return std::exchange(state_.notices, {}); }
  const Counters& counters() const override { return state_.counters; }
  Pressure pressure() const override {
    Pressure pressure{admission_.refuses(), admission_.room(), admission_.store()};
    for (const auto& partition : partitions_) {
      pressure.queued += partition->queued_new();
      pressure.unapplied_bytes += partition->unapplied_bytes();
    }
    return pressure;
  }

 private:
  std::unexpected<Refusal> turned_away() {
    ++state_.counters.refused;
    return std::unexpected(*admission_.refuses());
  }
  std::unexpected<Refusal> too_many(const char* what) {
    ++state_.counters.refused;
    return refuse(Refusal::Kind::Overloaded, fmt::format("too many {} are waiting; try again in a second", what));
  }
  // On a full disk, what waits for its turn is turned away, too: it would wait for as long as the disk is full.
  void look_around() {
    admission_.look(state_.journal, state_.store);
    for (std::string& notice : admission_.take_notices()) state_.notices.push_back(std::move(notice));
    if (!admission_.disk_is_full()) return;
    for (auto& partition : partitions_) state_.counters.refused += partition->refuse_new(*admission_.refuses());
  }
  // Its record says until when it may arrive, which a restart goes by; the disk took longer than that.
  static CallResult not_in_time() {
    CallResult result;
    result.kind = CallResult::Kind::NotSent;
    result.message = "it was not sent: the disk took too long to keep that it would be";
    return result;
  }
  JsonReply start_behind(ParsedStart given, JsonReply reply) {
    auto start = std::make_shared<ParsedStart>(std::move(given));
    return [this, start, reply = std::move(reply)](std::expected<std::string, Refusal> remembered) {
      if (!remembered) return reply(std::unexpected(remembered.error()));
      if (!state_.failure.empty()) return reply(refuse(Refusal::Kind::Overloaded, state_.failure));
      ParsedStart behind = std::move(*start);
      behind.reply = [reply, key = behind.key](std::expected<std::string, Refusal> started) {
        reply(start_answer(started, key));
      };
      Partition& partition =
          partition_of(rows::workflow_key(state_.program->workflows[behind.workflow].name, behind.key));
      partition.start(std::move(behind));
    };
  }

  Partition& partition_of(const std::string& key) {
    return *partitions_[partition_of_key(key, state_.options.partitions)];
  }
  std::expected<void, EngineError> recover(bool may_create) {
    for (auto& partition : partitions_) {
      if (auto recovered = partition->recover(); !recovered) return recovered;
      if (partition != partitions_.front()) continue;
      if (auto known = partition->identity()) {
        if (known->partitions != state_.options.partitions) {
          return std::unexpected(EngineError{
              fmt::format("the data was created with {} partitions, not {}: the number can't be changed",
                          known->partitions, state_.options.partitions),
              true});
        }
        state_.folder = known->folder;
      } else if (may_create) {
        state_.folder = state_.options.identity.empty() ? random_bytes() : state_.options.identity;
        partition->create({state_.folder, state_.options.partitions});
        if (auto done = sync_all(); !done) return done;
      }
    }
    return {};
  }

  std::expected<void, EngineError> sync_all() {
    const auto busy = [](const auto& partition) { return partition->unapplied(); };
    while (std::ranges::any_of(partitions_, busy) && state_.failure.empty()) {
      const bool synced = state_.journal.sync();
      settle_and_apply(*this);
      if (synced) continue;
      if (const Room room = state_.journal.room();
          room.level == Room::Level::None || !state_.store.go_on()) {
        return std::unexpected(EngineError{
            fmt::format("The disk that holds {} is full: {} bytes are free. Nothing acknowledged is lost: free "
                        "some space, then start again.",
                        room.folder, room.free_bytes)});
      }
    }
    if (!state_.failure.empty()) return std::unexpected(EngineError{state_.failure});
    return {};
  }

  // The programs, other than this one, that live instances belong to, each with its upgrade.
  std::expected<KnownPrograms, EngineError> known_programs() {
    KnownPrograms known;
    for (auto& partition : partitions_) {
      for (const rows::Live& live : partition->foreign()) {
        if (known.contains(live.program)) continue;
        auto tables = partition->kept_program(live.program);
        if (!tables || !state_.options.upgrade) return std::unexpected(EngineError{foreign_text(live), true});
        auto upgrade = state_.options.upgrade(*tables, *state_.program);
        if (!upgrade) return std::unexpected(EngineError{upgrade.error(), true});
        known.emplace(live.program, KnownProgram{std::move(*tables), std::move(*upgrade)});
      }
    }
    return known;
  }

  std::expected<UpgradePlan, EngineError> plan_for(const KnownPrograms& known) {
    UpgradePlan plan;
    for (auto& partition : partitions_) {
      auto part = partition->plan_upgrade(known);
      if (!part) return part;
      plan.add(*part);
    }
    return plan;
  }

  // Family by family; a crash in between leaves both programs' instances, and the next opening goes on.
  std::expected<void, EngineError> take_over(const KnownPrograms& known) {
    for (auto& partition : partitions_) partition->begin_upgrade();
    for (bool more = true; more;) {
      more = false;
      for (auto& partition : partitions_) more = partition->upgrade_some(known, kFamiliesPerSync) || more;
      if (auto done = sync_all(); !done) return done;
    }
    return {};
  }

  std::string foreign_text(const rows::Live& live) const {
    return fmt::format(
        "{} instance(s) that live belong to the program {}, and this is the program {}: nothing tells how "
        "they would go "
        "on. Start with the program they were started with, and let them finish.",
        live.count, abi::hex(live.program).substr(0, 16), abi::hex(state_.program->hash).substr(0, 16));
  }
  static std::string stranded_text(const UpgradePlan& plan) {
    return fmt::format(
        "This version can't take over: instances that are alive would have no place to go.\n{}Nothing was "
        "changed: "
        "the version they were started with opens this data as before.",
        why_stranded(plan));
  }

  // A row that can't be read must not pass for one that is not there.
  template <typename Question>
  std::expected<std::string, Refusal> ask(Question question) {
    const auto still = state_.applier.stand_still();
    Views seen = views();
    auto answer = question(seen);
    if (!seen.unreadable().empty()) return refuse(Refusal::Kind::Unreadable, seen.unreadable());
    return answer;
  }
  Views views() { return Views(*state_.program, state_.store, state_.options, state_.people, seen_); }

  void stop_when_failed() {
    if (state_.failure.empty() || stopped_) return;
    stopped_ = true;
    for (auto& partition : partitions_) partition->abandon(state_.failure);
  }

  EngineState state_;
  Admission admission_;
  Instant seen_ = 0;  // the latest time that was told
  std::vector<std::unique_ptr<Partition>> partitions_;
  bool stopped_ = false;
};

}  // namespace

PartitionId partition_of_key(std::string_view key, uint16_t partitions) {
  return static_cast<PartitionId>(rows::from_big_endian(abi::sha256(key)) % partitions);
}

std::expected<std::unique_ptr<Engine>, EngineError> open_engine(std::shared_ptr<const abi::Program> program,
                                                                Store& store, Journal& journal,
                                                                const EngineOptions& options) {
  auto engine = std::make_unique<PartitionedEngine>(std::move(program), store, journal, options);
  if (auto opened = engine->open(); !opened) return std::unexpected(opened.error());
  return engine;
}

std::expected<UpgradePlan, EngineError> plan_engine_upgrade(std::shared_ptr<const abi::Program> program,
                                                            Store& store, Journal& journal,
                                                            const EngineOptions& options) {
  return PartitionedEngine(std::move(program), store, journal, options).plan();
}

}  // namespace endcap
