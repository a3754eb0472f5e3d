// The world around an engine under test: see world.h.
#include "tests/unit/runtime/engine/world.h"

#include <stdexcept>
#include <utility>

#include "runtime/engine/rows.h"

namespace endcap::test {

JsonReply keep(std::optional<Json>& reply) {
  return [&reply](std::expected<std::string, Refusal> result) {
    if (result) {
      reply = Json::parse(*result);
      return;
    }
    constexpr const char* kKinds[] = {"NotFound",   "Invalid", "Denied",    "Conflict",
                                      "Overloaded", "Gone",    "Unreadable"};
    reply = Json{{"refused", kKinds[static_cast<size_t>(result.error().kind)]},
                 {"message", result.error().message}};
  };
}

World::World(std::shared_ptr<abi::Program> program, System system, uint16_t partitions, uint64_t seed)
    : program_(std::move(program)),
      system_(std::move(system)),
      disk_(seed),
      store_(make_simulated_store(partitions)) {
  options.partitions = partitions;
  options.identity = "the test's data.";
  options.seed = seed;
}

std::string World::try_open() {
  process_ends();
  LocalLogOptions log;
  log.partitions = options.partitions;
  log.segment_bytes = segment_bytes;
  log.identity = 7;
  auto opened = open_local_log(disk_, log);
  if (!opened) return opened.error().message;
  log_ = std::move(*opened);
  auto engine = open_engine(program_, *store_, *log_, options);
  if (!engine) return engine.error().message;
  engine_ = std::move(*engine);
  return "";
}

void World::open() {
  const std::string error = try_open();
  if (!error.empty()) throw std::runtime_error(error);
}

// What it counted goes with the engine.
void World::process_ends() {
  if (engine_) happened_.timers += engine_->counters().timers_fired;
  engine_.reset();
}

void World::crash(bool power) {
  process_ends();
  log_.reset();
  power ? disk_.lose_power() : disk_.crash();
  store_->crash();
  open_calls.clear();
  synced_ = false;
  ++crashes;
  if (dies_opening != 0) disk_.die_after(std::exchange(dies_opening, 0));
  open();
}

Position World::applied() const {
  Position sum = 0;
  for (PartitionId each = 0; each < options.partitions; ++each) sum += store_->applied(each);
  return sum;
}

Happened World::happened() {
  Happened all = happened_;
  if (engine_) all.timers += engine_->counters().timers_fired;
  all.disk_changes = disk_.changes();
  for (PartitionId each = 0; each < options.partitions; ++each) {
    const auto row = store_->get(each, Table::Meta, "state");
    if (!row || !*row) continue;
    for (const uint64_t seen : rows::decode<rows::Meta>(**row).cursors) all.messages += seen;
  }
  return all;
}

bool World::tick() {
  ++happened_.drains;
  bool did = engine_->drain(now);
  if (crash_now && crash_now()) {
    crash();
    return true;
  }
  // What runs ahead takes what is released by now, too: it does not wait for the disk.
  if (runs_ahead && runs_ahead()) return hand_out_calls(), true;
  synced_ = log_->sync() || synced_;
  if (runs_ahead && runs_ahead()) return hand_out_calls(), true;
  did = std::exchange(synced_, false) || did;
  const Position before = applied();
  engine_->settle();
  if (runs_ahead && runs_ahead()) return hand_out_calls(), true;
  while (engine_->apply()) engine_->settle();
  happened_.acknowledgements += applied() - before;
  engine_->show_as_of(now);
  if (const auto failure = engine_->failure()) throw std::runtime_error(*failure);
  if (crash_now && crash_now()) {
    crash();
    return true;
  }
  return hand_out_calls() || did;
}

bool World::hand_out_calls() {
  bool did = false;
  for (auto& [partition, request] : engine_->take_calls()) {
    did = true;
    const uint64_t call = request.call;
    const uint32_t attempt = request.attempt;
    ++happened_.calls_sent;
    if (auto result = system_(request)) {
      ++happened_.calls_answered;
      if (tells_twice) engine_->call_finished({partition, call, attempt, *result});
      engine_->call_finished({partition, call, attempt, std::move(*result)});
    } else {
      open_calls.emplace(call, std::pair(partition, std::move(request)));
    }
  }
  return did;
}

void World::run() {
  for (int rounds = 0;; ++rounds) {
    if (rounds > 100'000) throw std::runtime_error("the engine does not come to rest");
    const auto due = engine_->next_due();
    if (!tick() && !(due && *due <= now)) return;
  }
}

void World::run_to(Instant time) {
  run();
  while (true) {
    const auto due = engine_->next_due();
    if (!due || *due > time) break;
    pass_to(*due);
    run();
  }
  pass_to(time);
  run();
}

void World::pass_to(Instant time) { now = time_comes ? time_comes(time) : std::max(now, time); }

void World::run_out() {
  run();
  for (int i = 0; engine_->next_due(); ++i) {
    if (i > 10'000) throw std::runtime_error("the timers do not end");
    run_to(*engine_->next_due());
  }
}

Json World::wait_for(std::optional<Json>& reply) {
  for (int i = 0; i < 100 && !reply; ++i) tick();
  return reply ? *reply : Json{{"refused", "no answer"}};
}

Json World::start(const std::string& workflow, const std::string& id, const std::string& request) {
  std::optional<Json> reply;
  engine_->start({workflow, Json{{"id", id}}.dump(), request, keep(reply)});
  return wait_for(reply);
}

Json World::event(const std::string& type, const Json& data, const std::string& id) {
  std::optional<Json> reply;
  engine_->event(
      {"/estate", id.empty() ? "e" + std::to_string(++next_event_) : id, type, data.dump(), keep(reply)});
  return wait_for(reply);
}

Json World::decide(uint64_t task, const std::string& person, const std::string& what,
                   const std::string& reason, const std::string& answers, const std::string& except,
                   const std::string& remark) {
  std::optional<Json> reply;
  using What = DecisionRequest::What;
  engine_->decide({task, person,
                   what == "approve"   ? What::Approve
                   : what == "reject"  ? What::Reject
                   : what == "counter" ? What::Counter
                                       : What::Done,
                   reason, keep(reply), answers, except, "", remark});
  return wait_for(reply);
}

Json World::delegate(uint64_t task, const std::string& person, const std::string& to) {
  std::optional<Json> reply;
  engine_->decide({task, person, DecisionRequest::What::Delegate, "", keep(reply), "", "", to});
  return wait_for(reply);
}

Json World::show(const std::string& workflow, const std::string& key) {
  auto shown = engine_->show(workflow, key);
  return shown ? Json::parse(*shown) : Json{{"refused", shown.error().message}};
}

std::string World::status(const std::string& workflow, const std::string& key) {
  return show(workflow, key).value("status", "unknown");
}

namespace {

Json shown_or_refused(const std::expected<std::string, Refusal>& shown) {
  return shown ? Json::parse(*shown) : Json{{"refused", shown.error().message}};
}

}  // namespace

Json World::task(uint64_t number) { return shown_or_refused(engine_->task(number)); }

Json World::lines(uint64_t number, const std::string& after, uint32_t limit) {
  return shown_or_refused(engine_->lines(number, after, limit));
}

Json World::list(const Json& filter) { return Json::parse(engine_->list(filter.dump()).value()); }

std::vector<Json> World::tasks(const Json& filter) {
  const Json json = Json::parse(engine_->tasks(filter.dump()).value());
  return {json.at("tasks").begin(), json.at("tasks").end()};
}

std::vector<Json> World::history(uint64_t instance, const std::string& kind) {
  std::vector<Json> found;
  const Json json = Json::parse(engine_->history(instance, 0, 10'000).value());
  for (const Json& entry : json.at("entries")) {
    if (kind.empty() || entry.at("kind") == kind) found.push_back(entry);
  }
  return found;
}

void World::answer(uint64_t call, CallResult result) {
  const auto found = open_calls.find(call);
  if (found == open_calls.end()) throw std::runtime_error("no such call is open");
  ++happened_.calls_answered;
  const auto& [partition, request] = found->second;
  engine_->call_finished({partition, call, request.attempt, std::move(result)});
  open_calls.erase(found);
}

}  // namespace endcap::test
