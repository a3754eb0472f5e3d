// From a project to what an engine needs: see host.h.
#include "tools/endcap/host.h"

#include <fmt/format.h>
#include <unistd.h>

#include <algorithm>
#include <cstdlib>

#include "compiler/ir/interpreter.h"
#include "compiler/ir/upgrade.h"
#include "compiler/schema/config.h"
#include "tools/endcap/commands.h"

namespace endcap::command {
namespace {

// A secret from the environment, for those whose endcap.toml names where it is.
std::expected<std::string, Refused> secret_of(const std::string& what, const std::string& variable,
                                              const std::string& setting) {
  const char* secret = std::getenv(variable.c_str());
  if (secret != nullptr && *secret != '\0') return secret;
  return refuse(kUsage,
                fmt::format("{} is expected in the environment variable {}, which is not set. Set it, or "
                            "name another one in endcap.toml ({}).",
                            what, variable, setting));
}

// The systems of the project as the connector wants them, with passwords from the environment.
std::expected<void, Refused> add_systems(const Project& project,
                                         const std::map<std::string, std::string>& urls, Host& host) {
  for (const SystemConfig& config : project.systems) {
    ODataSystem system;
    system.name = config.name;
    const auto url = urls.find(config.name);
    system.url = url == urls.end() ? config.url : url->second;
    if (system.url.empty()) {
      return refuse(kUsage, fmt::format("The system {0} has no URL. Write one in endcap.toml under "
                                        "[systems.{0}], or give --system {0}=URL.",
                                        config.name));
    }
    system.user = config.user;
    system.timeout = config.timeout;
    if (!config.user.empty() && !config.password_env.empty()) {
      auto password =
          secret_of(fmt::format("The password of the user {} at the system {}", config.user, config.name),
                    config.password_env, "password_env");
      if (!password) return std::unexpected(password.error());
      system.password = std::move(*password);
    }
    for (const abi::System& known : host.program->systems) {
      if (known.name == config.name) system.protocol = known.protocol;
    }
    host.engine.attempts[config.name] = config.attempts;
    host.engine.timeouts[config.name] = config.timeout;
    host.engine.settles[config.name] = config.settle;
    host.systems.push_back(std::move(system));
  }
  return {};
}

// Every advisor that is declared: where it answers, or why it is not asked.
std::expected<void, Refused> add_advisors(const Project& project,
                                          const std::map<std::string, std::string>& urls, Host& host) {
  for (const abi::Advisor& advisor : host.program->advisors) {
    const auto config = std::ranges::find(project.advisors, advisor.name, &AdvisorConfig::name);
    const auto url = urls.find(advisor.name);
    const bool configured = config != project.advisors.end();
    if (configured && !config->enabled) {
      host.engine.advisors_off[advisor.name] = "it is switched off";
      continue;
    }
    if (!configured && url == urls.end()) {
      host.engine.advisors_off[advisor.name] = "endcap.toml does not say where it answers";
      continue;
    }
    AdvisorServer server{
        .name = advisor.name, .url = url == urls.end() ? config->url : url->second, .token = ""};
    if (configured && !config->token_env.empty()) {
      auto token =
          secret_of(fmt::format("The token of the advisor {}", advisor.name), config->token_env, "token_env");
      if (!token) return std::unexpected(token.error());
      server.token = std::move(*token);
    }
    host.advisors.push_back(std::move(server));
  }
  for (const auto& [name, why] : host.engine.advisors_off)
    tell(fmt::format("advisor {} is not asked, its alternatives are used: {}", name, why));
  return {};
}

// What partners answer for, and the tokens they prove themselves by. One without a token can't call; two with
// the same could not be told apart.
std::expected<void, Refused> add_partners(const Project& project, bool with_tokens, Host& host) {
  for (const PartnerConfig& config : project.partners) {
    auto& scopes = host.engine.partners[config.partner][config.name];
    for (const auto& [scope, span] : config.scopes) scopes.push_back(scope);
    if (!with_tokens) continue;
    const char* token = std::getenv(config.token_env.c_str());
    if (token == nullptr || *token == '\0') {
      tell(fmt::format("partner {} of {} can't call: the environment variable {} with its token is not set",
                       config.name, config.partner, config.token_env));
      continue;
    }
    PartnerAccess access(config.partner, config.name, token);
    const auto same = std::ranges::find(host.partners, access.token_sha256, &PartnerAccess::token_sha256);
    if (same != host.partners.end())
      return refuse(kUsage, fmt::format("The partners {} and {} have the same token. Give each its own: by "
                                        "it they are told apart.",
                                        same->name, config.name));
    host.partners.push_back(std::move(access));
  }
  return {};
}

std::expected<std::map<std::string, std::string>, Refused> parse_urls(
    const std::string& what, const std::vector<std::string>& names,
    const std::vector<std::string>& arguments) {
  std::map<std::string, std::string> urls;
  for (const std::string& argument : arguments) {
    const size_t equals = argument.find('=');
    if (equals == std::string::npos || equals == 0 || equals + 1 == argument.size()) {
      return refuse(
          kUsage, fmt::format("--{0} {1} is not NAME=URL, as in --{0} NAME=http://127.0.0.1:8600/path.", what,
                              argument));
    }
    const std::string name = argument.substr(0, equals);
    if (std::find(names.begin(), names.end(), name) == names.end()) {
      return refuse(kUsage,
                    fmt::format("The project has no {} {}; it has {}.", what, name, fmt::join(names, ", ")));
    }
    urls[name] = argument.substr(equals + 1);
  }
  return urls;
}

std::expected<std::optional<Duration>, Refused> parse_keep(const std::string& text,
                                                           std::optional<Duration> otherwise) {
  if (text.empty()) return otherwise;
  if (text == "forever") return std::nullopt;
  const auto keep = parse_duration(text);
  if (!keep || *keep % kDay != 0)
    return refuse(
        kUsage,
        fmt::format("--keep-history {} is neither forever nor whole days such as \"400 days\".", text));
  return *keep;
}

// For its findings; without any, for what went wrong instead.
std::unexpected<Refused> refuse_project(const CheckedProject& project, const HostOptions& options,
                                        const std::string& otherwise) {
  if (project.ok()) return refuse(kInternal, otherwise);
  const auto findings = project.diagnostics.sorted(project.sources);
  print(render(findings, project.sources, {Format::Human, wants_colour(STDOUT_FILENO)}));
  return refuse(kFindings,
                fmt::format("{} has errors: {}. Nothing was started.", options.folder, summary(findings)));
}

std::expected<void, Refused> compile(CheckedProject& project, const HostOptions& options, Host& host) {
  if (options.interpreter) {
    auto lowered = lower_project(project);
    if (!lowered) return refuse_project(project, options, lowered.error());
    host.program = ir::interpret(std::move(*lowered));
    host.compiled = "interpreted";
    return {};
  }
  codegen::Statistics statistics;
  auto program = compile_project(project, options.object_cache, &statistics);
  if (!program) return refuse_project(project, options, program.error());
  host.program = *program;
  host.compiled = fmt::format("{} module{}: {} compiled, {} from the cache, {:.0f} ms", statistics.modules,
                              statistics.modules == 1 ? "" : "s", statistics.compiled, statistics.from_cache,
                              statistics.milliseconds);
  return {};
}

}  // namespace

std::unexpected<Refused> refuse(ExitCode code, std::string message) {
  return std::unexpected(Refused{code, std::move(message)});
}

std::expected<Host, Refused> make_host(const HostOptions& options) {
  std::error_code error;
  if (!std::filesystem::is_directory(options.folder, error)) {
    return refuse(
        kInternal,
        fmt::format("There is no folder {}: name the one with the project's endcap.toml.", options.folder));
  }
  CheckedProject project = check_project(options.folder);
  if (!project.ok()) return refuse_project(project, options, "");
  if (!project.diagnostics.all().empty())  // warnings: an unpinned schema is worth a line in the log
    tell(render(project.diagnostics.sorted(project.sources), project.sources, {Format::Short, false}));
  Host host;
  host.engine.upgrade = [](const abi::Program& before, const abi::Program& after) {
    return std::expected<abi::Upgrade, std::string>(ir::plan_upgrade(before, after));
  };
  std::vector<std::string> systems;
  for (const SystemConfig& config : project.project.systems) systems.push_back(config.name);
  auto urls = parse_urls("system", systems, options.systems);
  if (!urls) return std::unexpected(urls.error());
  if (auto compiled = compile(project, options, host); !compiled) return std::unexpected(compiled.error());
  if (auto added = add_systems(project.project, *urls, host); !added) return std::unexpected(added.error());
  std::vector<std::string> advisors;
  for (const abi::Advisor& advisor : host.program->advisors) advisors.push_back(advisor.name);
  auto advisor_urls = parse_urls("advisor", advisors, options.advisors);
  if (!advisor_urls) return std::unexpected(advisor_urls.error());
  if (auto added = add_advisors(project.project, *advisor_urls, host); !added)
    return std::unexpected(added.error());
  if (auto added = add_partners(project.project, options.partners, host); !added)
    return std::unexpected(added.error());
  for (const RoleConfig& role : project.project.roles) {
    host.engine.people[role.name] = role.people;
    host.engine.scopes[role.name] = role.scopes;
  }
  for (const AbsenceConfig& each : project.project.absences)
    host.engine.absences.push_back({each.person, each.from, each.until, each.cover});
  auto keep = parse_keep(options.keep_history, project.project.keep_history);
  if (!keep) return std::unexpected(keep.error());
  host.engine.keep_history = *keep;
  return host;
}

std::unique_ptr<Connector> make_connector(const Host& host) {
  return make_advisor_connector(host.advisors, make_odata_connector(host.systems));
}

std::expected<Instant, Refused> parse_instant(const std::string& text) {
  auto instant = instant_from_text(text);
  if (!instant)
    return refuse(kUsage, fmt::format("\"{}\" is not an instant such as 2026-11-23T09:00:00Z: {}.", text,
                                      instant.error().detail));
  return *instant;
}

ExitCode exit_code_of(JournalError::Kind kind) {
  return kind == JournalError::Kind::InUse || kind == JournalError::Kind::WrongFormat ? kConflict : kInternal;
}

}  // namespace endcap::command
