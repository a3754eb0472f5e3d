// Rejections, which end an instance and call nobody.
#include "tests/bench/people_deciding.h"

#include <fmt/format.h>

#include <chrono>
#include <nlohmann/json.hpp>

#include "tests/bench/figures.h"
#include "tests/bench/http_client.h"
#include "tests/bench/one_thread.h"

namespace endcap::bench {
namespace {

constexpr std::chrono::milliseconds kBetweenDecisions{10};

}  // namespace

std::vector<uint64_t> open_approvals(Engine& engine, uint32_t most) {
  std::vector<uint64_t> numbers;
  const auto listed = must(engine.tasks(fmt::format(R"({{"status":"open","limit":{}}})", most)));
  const auto open = nlohmann::json::parse(listed);
  for (const auto& task : open.at("tasks")) numbers.push_back(task.at("task").get<uint64_t>());
  return numbers;
}

std::string reject_request(uint64_t task) {
  return http_request("POST", fmt::format("/v1/tasks/{}/decision", task),
                      fmt::format(R"({{"person":"{}","decision":"reject"}})", kClerk));
}

Decider::Decider(uint16_t port, std::vector<uint64_t>& tasks)
    : thread_([this, port, &tasks] { decide_all(port, tasks); }) {}

void Decider::decide_all(uint16_t port, std::vector<uint64_t>& tasks) {
  HttpConnection connection(port);
  while (!over_ && !tasks.empty()) {
    const double begin = seconds_now();
    const auto answer = connection.ask(reject_request(tasks.back()));
    if (!answer) return;
    tasks.pop_back();
    // What was decided when the daemon was killed is decided, or a conflict now.
    if (answer->status == 200) latencies_ms_.push_back((seconds_now() - begin) * 1000);
    std::this_thread::sleep_for(kBetweenDecisions);
  }
}

std::vector<double> Decider::stop() {
  over_ = true;
  if (thread_.joinable()) thread_.join();
  return latencies_ms_;
}

}  // namespace endcap::bench
