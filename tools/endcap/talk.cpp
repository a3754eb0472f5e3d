// endcap start, list, show, history, schedules, tasks, lines, decide, delegate, resume, event: what asks a
// running daemon.
#include <fmt/format.h>

#include "tools/endcap/talk.h"

namespace endcap::command {
namespace {

// "/v1/instances/17", or "/v1/instances/NationalPromotion/P-1".
std::string instance_path(const std::vector<std::string>& name) {
  std::string path = "/v1/instances";
  for (const std::string& part : name) path += "/" + percent_encode(part);
  return path;
}

void add_instance_name(CLI::App* command, const Options& options) {
  command->add_option("INSTANCE", options->name, "Its number, or its workflow and key")
      ->required()
      ->expected(1, 2);
}

std::string instance_line(const Json& answer, bool) {
  return fmt::format("{}\n", answer.value("id", uint64_t{0}));
}

// As many as were asked for, or all there are: a page of the server may be short while there is a next one.
std::expected<Json, ServerError> listed(const Options& options, const std::string& path,
                                        const std::string& member, const Query& filter) {
  constexpr uint64_t kPage = 1000, kWanted = 100;
  const HttpClient client(options->server);
  const uint64_t wanted = options->limit == 0 ? kWanted : options->limit;
  Json all = Json::array();
  for (uint64_t after = options->from;;) {
    Query query = filter;
    query.number("after", after).number("limit", std::min<uint64_t>(wanted - all.size(), kPage));
    auto page = client.call(path + query.str());
    if (!page || !page->is_object()) return page;
    for (Json& each : (*page)[member]) all.push_back(std::move(each));
    const Json next = page->value("next", Json());
    if (next.is_null() || all.size() >= wanted) {
      (*page)[member] = std::move(all);
      return page;
    }
    after = next.get<uint64_t>();
  }
}

}  // namespace

void add_start(CLI::App& app, int& exit_code) {
  auto options = std::make_shared<TalkOptions>();
  auto* command = add(app, "start", "Start an instance of a workflow", options);
  command
      ->add_option("WORKFLOW", options->workflow, "Its name; the last part is enough when it is the only one")
      ->required();
  command
      ->add_option("--arguments", options->arguments,
                   "JSON object of the parameters, or @FILE; a view is given by its key")
      ->capture_default_str();
  command->add_option("--request-id", options->request_id,
                      "Starting again with the same id gives the same instance");
  command->footer(
      "Example:\n  endcap start NationalPromotion --arguments '{\"promo\": \"P-1\"}' --request-id "
      "spring-1\n\nPrints the instance's number.");
  command->callback([options, &exit_code] {
    auto arguments = json_argument(options->arguments, "--arguments");
    if (!arguments) {
      exit_code = arguments.error();
      return;
    }
    std::string body =
        fmt::format("{{\"workflow\":{},\"arguments\":{}", json_text(options->workflow), *arguments);
    if (!options->request_id.empty()) body += ",\"request_id\":" + json_text(options->request_id);
    exit_code = report(options, HttpClient(options->server).call("/v1/instances", body + "}"), instance_line);
  });
}

void add_list(CLI::App& app, int& exit_code) {
  auto options = std::make_shared<TalkOptions>();
  auto* command = add(app, "list", "List instances", options);
  command->add_option("--workflow", options->workflow, "Only of this workflow");
  command->add_option("--status", options->status,
                      "running, suspended, ending, compensating, finished or failed");
  command->add_option("--key", options->key, "Only with this key");
  command->add_flag("--late", options->late, "Only with a step that should be over");
  command->add_option("--after", options->from, "Only after this number: the next page");
  command->add_option("--limit", options->limit, "At most so many (default 100)");
  command->footer("Example:\n  endcap list --workflow NationalPromotion --status running");
  command->callback([options, &exit_code] {
    const Query query = Query()
                            .text("workflow", options->workflow)
                            .text("status", options->status)
                            .text("key", options->key)
                            .text("late", options->late ? "true" : "");
    const auto answer = listed(options, "/v1/instances", "instances", query);
    exit_code = report(options, answer, instances_table);
    tell_more(options, answer);
  });
}

void add_show(CLI::App& app, int& exit_code) {
  auto options = std::make_shared<TalkOptions>();
  auto* command = add(app, "show", "Show an instance: where it stands and what it waits for", options);
  add_instance_name(command, options);
  command->footer("Example:\n  endcap show NationalPromotion P-1");
  command->callback([options, &exit_code] {
    exit_code =
        report(options, HttpClient(options->server).call(instance_path(options->name)), instance_account);
  });
}

void add_history(CLI::App& app, int& exit_code) {
  auto options = std::make_shared<TalkOptions>();
  auto* command = add(app, "history", "Tell what happened to an instance, in order", options);
  add_instance_name(command, options);
  command->add_option("--from", options->from, "Begin with this entry");
  command->add_option("--limit", options->limit, "At most so many (default: all)");
  command->footer("Example:\n  endcap history NationalPromotion P-1 --format short");
  command->callback([options, &exit_code] {
    constexpr uint64_t kPage = 1000;
    const HttpClient client(options->server);
    uint64_t from = options->from, left = options->limit == 0 ? UINT64_MAX : options->limit;
    while (true) {
      const Query query = Query().number("from", from).number("limit", std::min(left, kPage));
      auto page = client.call(instance_path(options->name) + "/history" + query.str());
      exit_code = report(options, page, history_lines);
      if (!page || exit_code != kClean) return;
      const auto next = page->find("next");
      left -= std::min<uint64_t>(left, page->value("entries", Json::array()).size());
      if (next == page->end() || next->is_null() || left == 0) return;
      from = next->get<uint64_t>();
    }
  });
}

void add_schedules(CLI::App& app, int& exit_code) {
  auto options = std::make_shared<TalkOptions>();
  auto* command =
      add(app, "schedules", "List schedules: when they start something next, and what came of the last time",
          options);
  command->footer("Example:\n  endcap schedules");
  command->callback([options, &exit_code] {
    exit_code = report(options, HttpClient(options->server).call("/v1/schedules"), schedules_table);
  });
}

void add_tasks(CLI::App& app, int& exit_code) {
  auto options = std::make_shared<TalkOptions>();
  auto* command = add(app, "tasks", "List tasks and approvals that wait for people", options);
  command->add_option("--role", options->role, "Only for this role");
  command->add_option("--person", options->person, "Only what this person may decide");
  command->add_option("--instance", options->instance, "Only of this instance");
  command->add_flag("--closed", options->closed, "Those that were decided or have expired");
  command->add_option("--after", options->from, "Only after this number: the next page");
  command->add_option("--limit", options->limit, "At most so many (default 100)");
  command->footer("Example:\n  endcap tasks --person fay");
  command->callback([options, &exit_code] {
    const Query query = Query()
                            .text("role", options->role)
                            .text("person", options->person)
                            .number("instance", options->instance)
                            .text("open", options->closed ? "false" : "true");
    const auto answer = listed(options, "/v1/tasks", "tasks", query);
    exit_code = report(options, answer, tasks_table);
    tell_more(options, answer);
  });
}

void add_lines(CLI::App& app, int& exit_code) {
  auto options = std::make_shared<TalkOptions>();
  auto* command =
      add(app, "lines", "Show what an approval is about: totals, what stands out, each line", options);
  command->add_option("TASK", options->task, "Its number, as `endcap tasks` lists it")->required();
  command->add_option("--after", options->after, "Only behind this line: the next page");
  command->add_option("--limit", options->limit, "At most so many lines (default 100)");
  command->footer("Example:\n  endcap lines 42");
  command->callback([options, &exit_code] {
    const HttpClient client(options->server);
    const std::string path = fmt::format("/v1/tasks/{}", options->task);
    if (options->shape != Shape::Verbatim && options->after.empty()) {
      exit_code = report(options, client.call(path), totals_table);
      if (exit_code != kClean) return;
    }
    const Query query = Query().text("after", options->after).number("limit", options->limit);
    const auto answer = client.call(path + "/lines" + query.str());
    exit_code = report(options, answer, lines_table);
    tell_more(options, answer);
  });
}

void add_decide(CLI::App& app, int& exit_code) {
  auto options = std::make_shared<TalkOptions>();
  auto* command = add(app, "decide", "Decide a task or an approval", options);
  command->add_option("TASK", options->task, "Its number, as `endcap tasks` lists it")->required();
  command->add_option("DECISION", options->decision, "approve, reject, counter or done")
      ->required()
      ->check(CLI::IsMember({"approve", "reject", "counter", "done"}));
  command->add_option("--person", options->person, "Who decides")->required();
  command->add_option(
      "--reason", options->reason,
      "Why: it stands in the history. One of those that the approval lists, where it lists some");
  command->add_option("--remark", options->remark, "More than the reason says, in own words");
  command->add_option("--except", options->except,
                      "Lines that are refused while the others are approved, as `endcap lines` shows them");
  command->add_option(
      "--answers", options->answers,
      "What is filled in, for a task with a form or an offer: JSON object of its fields, or @FILE");
  command->footer(
      "Example:\n  endcap decide 42 approve --person fay --reason 'margin is fine'\n"
      "  endcap decide 42 approve --person fay --except 1003 1004\n"
      "  endcap decide 42 reject --person fay --reason belowFloor --remark 'two cents short'\n"
      "  endcap decide 42 counter --person fay --answers '{\"price\": {\"amount\": \"95.00\", \"currency\": "
      "\"AUD\"}}'\n"
      "  endcap decide 43 done --person olga --answers '{\"counted\": {\"amount\": \"12\", \"unit\": "
      "\"ea\"}}'");
  command->callback([options, &exit_code] {
    std::string body =
        fmt::format("{{\"person\":{},\"decision\":{},\"reason\":{}", json_text(options->person),
                    json_text(options->decision), json_text(options->reason));
    if (!options->remark.empty()) body += ",\"remark\":" + json_text(options->remark);
    if (!options->answers.empty()) {
      const auto answers = json_argument(options->answers, "--answers");
      if (!answers) {
        exit_code = answers.error();
        return;
      }
      body += ",\"answers\":" + *answers;
    }
    if (!options->except.empty()) body += ",\"except\":" + json_text_list(options->except);
    body += "}";
    exit_code = report(
        options, HttpClient(options->server).call(fmt::format("/v1/tasks/{}/decision", options->task), body),
        decision_line);
  });
}

void add_delegate(CLI::App& app, int& exit_code) {
  auto options = std::make_shared<TalkOptions>();
  auto* command = add(app, "delegate", "Hand a task or an approval to somebody else of the role", options);
  command->add_option("TASK", options->task, "Its number, as `endcap tasks` lists it")->required();
  command->add_option("--person", options->person, "Whose it is so far")->required();
  command->add_option("--to", options->to, "Who is to decide or do it: nobody else of the role then may")
      ->required();
  command->add_option("--reason", options->reason, "Why: it stands in the history");
  command->footer(
      "Its deadline stays as it is. Once it is escalated, everybody who was asked may decide it again.\n"
      "Example:\n  endcap delegate 42 --person fay --to dora --reason 'she knows the supplier'");
  command->callback([options, &exit_code] {
    const std::string body =
        fmt::format("{{\"person\":{},\"to\":{},\"reason\":{}}}", json_text(options->person),
                    json_text(options->to), json_text(options->reason));
    exit_code =
        report(options,
               HttpClient(options->server).call(fmt::format("/v1/tasks/{}/delegation", options->task), body),
               delegation_line);
  });
}

void add_resume(CLI::App& app, int& exit_code) {
  auto options = std::make_shared<TalkOptions>();
  auto* command = add(app, "resume", "Put a suspended instance back to work", options);
  command->add_option("INSTANCE", options->instance, "Its number, as `endcap show` names what is suspended")
      ->required();
  command->add_option("--person", options->person, "Who does it")->required();
  command->add_option("--reason", options->reason, "Why: it stands in the history");
  command->footer("Example:\n  endcap resume 17 --person olga --reason 'the shop is back'");
  command->callback([options, &exit_code] {
    const std::string body = fmt::format("{{\"person\":{},\"reason\":{}}}", json_text(options->person),
                                         json_text(options->reason));
    exit_code = report(
        options,
        HttpClient(options->server).call(fmt::format("/v1/instances/{}/resume", options->instance), body),
        resumed_line);
  });
}

void add_event(CLI::App& app, int& exit_code) {
  auto options = std::make_shared<TalkOptions>();
  auto* command = add(app, "event", "Send an event (CloudEvents 1.0)", options);
  command->add_option("TYPE", options->type, "Such as retail.promotion.cancelled")->required();
  command->add_option("--data", options->data, "JSON object of its fields, or @FILE")->capture_default_str();
  command->add_option("--id", options->id, "The same id and source again change nothing")->required();
  command->add_option("--source", options->source, "Who says so")->capture_default_str();
  options->source = "endcap";
  command->footer(
      "Example:\n  endcap event retail.promotion.cancelled --id c-1 --data '{\"RetailPromotion\": \"P-2\"}'");
  command->callback([options, &exit_code] {
    auto data = json_argument(options->data, "--data");
    if (!data) {
      exit_code = data.error();
      return;
    }
    const std::string body =
        fmt::format("{{\"specversion\":\"1.0\",\"id\":{},\"source\":{},\"type\":{},\"data\":{}}}",
                    json_text(options->id), json_text(options->source), json_text(options->type), *data);
    exit_code =
        report(options, HttpClient(options->server).call("/v1/events", body, "application/cloudevents+json"),
               event_line);
  });
}

}  // namespace endcap::command
