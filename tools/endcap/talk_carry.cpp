// endcap routes, held: what goes from system to system by itself, and what people must look at.
#include <algorithm>

#include "tools/endcap/talk.h"

namespace endcap::command {
namespace {

struct HeldOptions {
  Options talk = std::make_shared<TalkOptions>();
  std::string what, says, by, reason;
};

bool is_number(const std::string& text) {
  return !text.empty() && std::ranges::all_of(text, [](char c) { return c >= '0' && c <= '9'; });
}

int say(const HeldOptions& options, const HttpClient& client, const std::string& path) {
  if (options.by.empty()) {
    tell("--by is missing: who says so");
    return kUsage;
  }
  const std::string body =
      fmt::format("{{\"by\":{},\"reason\":{}}}", json_text(options.by), json_text(options.reason));
  return report(options.talk, client.call(path + "/" + options.says, body), settled_line);
}

}  // namespace

void add_routes(CLI::App& app, int& exit_code) {
  auto options = std::make_shared<TalkOptions>();
  auto* command = add(
      app, "routes", "List routes and syncs: how much was carried, waits, is on its way or is held", options);
  command->footer(
      "An item is one message of a route, or one entity of a sync. What is on its way is tried until it is\n"
      "done; what waits has no place yet among those on their way; what is held needs a person: `endcap "
      "held`.\n"
      "Example:\n  endcap routes");
  command->callback([options, &exit_code] {
    exit_code = report(options, HttpClient(options->server).call("/v1/routes"), routes_table);
  });
}

void add_held(CLI::App& app, int& exit_code) {
  auto options = std::make_shared<HeldOptions>();
  auto* command = add(app, "held", "List items of routes and syncs that are held, or say what becomes of one",
                      options->talk);
  command->add_option("WHAT", options->what,
                      "A route or a sync: only its items; or the number of an item: this one");
  command
      ->add_option("SAYS", options->says,
                   "resend: try it again as it is now; drop: give it up, with a reason")
      ->check(CLI::IsMember({"resend", "drop"}));
  command->add_option("--by", options->by, "Who says so: one of the role that owns the operation");
  command->add_option("--reason", options->reason, "Why: it is kept; `drop` needs one");
  command->add_option("--after", options->talk->from, "Only after this number: the next page");
  command->add_option("--limit", options->talk->limit, "At most so many (default 100)");
  command->footer(
      "An item is held when the other system says no to it, a policy forbids it, it can't be computed, or "
      "its\n"
      "entity can't be read. The reason stands beside it. Sent again, it is computed anew, by the program "
      "that\n"
      "runs now. An entity of a sync that changes is tried again by itself, and whenever its sync comes "
      "round.\n"
      "Example:\n  endcap held CountsOnline\n  endcap held 42\n"
      "  endcap held 42 resend --by olga --reason 'the listing is open again'\n"
      "  endcap held 42 drop --by olga --reason 'the article is not sold online'");
  command->callback([options, &exit_code] {
    const HttpClient client(options->talk->server);
    if (is_number(options->what)) {
      const std::string path = "/v1/held/" + options->what;
      exit_code = options->says.empty() ? report(options->talk, client.call(path), held_account)
                                        : say(*options, client, path);
      return;
    }
    if (!options->says.empty()) {
      tell(fmt::format("{} is not the number of an item: `endcap held` lists them", options->what));
      exit_code = kUsage;
      return;
    }
    const Query query = Query()
                            .text("of", options->what)
                            .number("after", options->talk->from)
                            .number("limit", options->talk->limit);
    const auto answer = client.call("/v1/held" + query.str());
    exit_code = report(options->talk, answer, held_table);
    tell_more(options->talk, answer);
  });
}

}  // namespace endcap::command
