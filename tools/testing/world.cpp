// The engine of one test: see world.h.
#include "tools/testing/world.h"

#include <fmt/format.h>

#include <algorithm>

#include "runtime/journal/local_log.h"

namespace endcap::testing {
namespace {

constexpr uint64_t kSegmentBytes = 1u << 20;
constexpr int kRoundsMax = 200'000;  // at one moment; a workflow that does more there does not come to rest
constexpr uint32_t kPage = 10'000;

}  // namespace

World::World(std::shared_ptr<const abi::Program> program, EngineOptions options, Estate& estate)
    : program_(std::move(program)), options_(std::move(options)), estate_(estate), disk_(1), store_(1) {
  options_.partitions = 1;
  options_.identity = "endcap test";  // the same keys in every run
}

std::expected<void, std::string> World::open(Instant now) {
  if (engine_) return run_to(now);
  now_ = now;
  auto journal = open_local_log(disk_, {.partitions = 1, .segment_bytes = kSegmentBytes, .identity = 1});
  if (!journal) return std::unexpected(journal.error().message);
  journal_ = std::move(*journal);
  auto engine = open_engine(program_, store_, *journal_, options_);
  if (!engine) return std::unexpected(engine.error().message);
  engine_ = std::move(*engine);
  return {};
}

bool World::tick() {
  bool did = engine_->drain(now_);
  did = journal_->sync() || did;
  settle_and_apply(*engine_);
  for (auto& [partition, request] : engine_->take_calls()) {
    did = true;
    engine_->call_finished({partition, request.call, request.attempt, estate_.answer(request)});
  }
  return did;
}

std::expected<void, std::string> World::run() {
  for (int rounds = 0; rounds < kRoundsMax; ++rounds) {
    const auto due = engine_->next_due();
    const bool did = tick();
    if (const auto failure = engine_->failure()) return std::unexpected(*failure);
    if (!did && !(due && *due <= now_)) return {};
  }
  return std::unexpected(fmt::format("the workflow does not come to rest at {}", instant_to_text(now_)));
}

std::expected<void, std::string> World::run_to(Instant time) {
  if (auto ran = run(); !ran) return ran;
  for (auto due = engine_->next_due(); due && *due <= time; due = engine_->next_due()) {
    now_ = std::max(now_, *due);
    if (auto ran = run(); !ran) return ran;
  }
  now_ = std::max(now_, time);
  return run();
}

JsonReply World::keep(const std::shared_ptr<std::optional<Answer>>& reply) {
  return [reply](std::expected<std::string, Refusal> result) {
    if (result) {
      reply->emplace(Json::parse(*result));
    } else {
      reply->emplace(std::unexpected(result.error().message));
    }
  };
}

World::Answer World::wait_for(const std::shared_ptr<std::optional<Answer>>& reply) {
  for (int rounds = 0; rounds < kRoundsMax && !*reply && !engine_->failure(); ++rounds) tick();
  if (!*reply) return std::unexpected(engine_->failure().value_or("the engine does not answer"));
  return **reply;
}

World::Answer World::start(const std::string& workflow, const std::string& arguments) {
  auto reply = std::make_shared<std::optional<Answer>>();
  engine_->start({workflow, arguments, "", keep(reply)});
  return wait_for(reply);
}

World::Answer World::event(const std::string& type, const std::string& data) {
  auto reply = std::make_shared<std::optional<Answer>>();
  engine_->event({"endcap test", fmt::format("{}", ++events_), type, data, keep(reply)});
  return wait_for(reply);
}

World::Answer World::call(const abi::Interface& interface, const std::string& operation,
                          const std::string& partner, const std::string& arguments) {
  auto reply = std::make_shared<std::optional<Answer>>();
  engine_->show_as_of(now_);
  engine_->inbound({interface.name, interface.version, operation, program_->partners[interface.partner].name,
                    partner, fmt::format("{}", ++calls_), arguments, keep(reply)});
  return wait_for(reply);
}

World::Answer World::decide(uint64_t task, const std::string& person, DecisionRequest::What what,
                            const std::string& reason, const std::string& answers, const std::string& except,
                            const std::string& to, const std::string& remark) {
  auto reply = std::make_shared<std::optional<Answer>>();
  engine_->decide({task, person, what, reason, keep(reply), answers, except, to, remark});
  return wait_for(reply);
}

Json World::show(uint64_t instance) {
  return Json::parse(engine_->show(fmt::format("{}", instance), "").value_or("{}"));
}

std::vector<Json> World::instances() {
  std::vector<Json> found;
  uint64_t after = 0;
  while (true) {
    const Json page = Json::parse(engine_->list(Json{{"after", after}, {"limit", 1000}}.dump())
                                      .value_or("{\"instances\":[],\"next\":null}"));
    found.insert(found.end(), page.at("instances").begin(), page.at("instances").end());
    if (page.at("next").is_null()) return found;
    after = page.at("next").get<uint64_t>();
  }
}

std::vector<Json> World::held(const std::string& carrier) {
  const Json page = Json::parse(engine_->held(carrier, 0, 1000).value_or("{\"held\":[]}"));
  return page.at("held");
}

Json World::lines(uint64_t task) {
  return Json::parse(engine_->lines(task, "", 1000).value_or("{\"lines\":[]}"));
}

std::vector<Json> World::tasks(uint64_t instance) {
  std::vector<Json> found;
  uint64_t after = 0;
  while (true) {
    const Json page =
        Json::parse(engine_->tasks(Json{{"instance", instance}, {"after", after}, {"limit", 1000}}.dump())
                        .value_or("{\"tasks\":[],\"next\":null}"));
    found.insert(found.end(), page.at("tasks").begin(), page.at("tasks").end());
    if (page.at("next").is_null()) return found;
    after = page.at("next").get<uint64_t>();
  }
}

std::vector<Json> World::history(uint64_t instance, uint64_t from) {
  std::vector<Json> found;
  while (true) {
    const auto page = engine_->history(instance, from, kPage);
    if (!page) return found;
    const Json json = Json::parse(*page);
    found.insert(found.end(), json.at("entries").begin(), json.at("entries").end());
    if (json.at("next").is_null()) return found;
    from = json.at("next").get<uint64_t>();
  }
}

}  // namespace endcap::testing
