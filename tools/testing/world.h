// The engine of one test: in memory, with a clock that the test moves, and systems that answer at once.
#pragma once

#include <expected>
#include <memory>
#include <nlohmann/json.hpp>
#include <string>

#include "runtime/engine/engine.h"
#include "runtime/journal/simulated_disk.h"
#include "runtime/store/simulated_store.h"
#include "tools/testing/estate.h"

namespace endcap::testing {

using Json = nlohmann::ordered_json;

class World {
 public:
  World(std::shared_ptr<const abi::Program> program, EngineOptions options, Estate& estate);

  // The error of any of these is one sentence: a refusal in the engine's words.
  using Answer = std::expected<Json, std::string>;
  std::expected<void, std::string> open(Instant now);
  Answer start(const std::string& workflow, const std::string& arguments);
  Answer event(const std::string& type, const std::string& data);
  Answer call(const abi::Interface& interface, const std::string& operation, const std::string& partner,
              const std::string& arguments);
  Answer decide(uint64_t task, const std::string& person, DecisionRequest::What what,
                const std::string& reason, const std::string& answers = {}, const std::string& except = {},
                const std::string& to = {}, const std::string& remark = {});
  // From timer to timer up to `time`, and until nothing happens any more.
  std::expected<void, std::string> run_to(Instant time);

  Instant now() const { return now_; }
  std::optional<Instant> next_due() { return engine_->next_due(); }
  Json show(uint64_t instance);
  std::vector<Json> instances();                       // all there are
  std::vector<Json> tasks(uint64_t instance = 0);      // open ones; 0: of all of them
  std::vector<Json> held(const std::string& carrier);  // items of a route or a sync: the first thousand
  Json lines(uint64_t task);                           // of an approval: the first thousand
  std::vector<Json> history(uint64_t instance, uint64_t from);  // entries numbered `from` and above

 private:
  bool tick();
  std::expected<void, std::string> run();
  Answer wait_for(const std::shared_ptr<std::optional<Answer>>& reply);
  static JsonReply keep(const std::shared_ptr<std::optional<Answer>>& reply);

  std::shared_ptr<const abi::Program> program_;
  EngineOptions options_;
  Estate& estate_;
  SimulatedDisk disk_;
  SimulatedStore store_;
  std::unique_ptr<Journal> journal_;
  std::unique_ptr<Engine> engine_;
  Instant now_ = 0;
  uint64_t events_ = 0, calls_ = 0;
};

}  // namespace endcap::testing
