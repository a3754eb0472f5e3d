// Reads a project: endcap.toml, the sources it names, the schemas of its systems.
#include "compiler/schema/project.h"

#include <algorithm>
#include <set>

#include "compiler/schema/calendar_config.h"
#include "compiler/schema/file.h"
#include "compiler/schema/project_parts.h"

namespace endcap {

namespace fs = std::filesystem;

namespace {

// A file of the project as text, or why it can't be read.
std::expected<std::string, std::string> read_text(const fs::path& path, const std::string& shown,
                                                  const Overlay& overlay) {
  const auto changed = overlay.find(shown);
  auto text = changed == overlay.end() ? read_file(path) : changed->second;
  if (text && find_invalid_utf8(*text) != std::string::npos) return std::unexpected("it is not UTF-8 text");
  return text;
}

class ProjectReader {
 public:
  ProjectReader(Project& project, ConfigFile& file, SourceMap& sources, Diagnostics& diagnostics,
                const Overlay& overlay)
      : project_(project), file_(file), sources_(sources), diagnostics_(diagnostics), overlay_(overlay) {}

  void read(const toml::table& root) {
    Section top(file_, root, "endcap.toml", {file_.source(), 0, 0});
    if (auto* table = top.table("project")) {
      read_project(*table);
    } else if (!top.has("project")) {
      diagnostics_.emit(DiagnosticKind::ProjectKeyMissing, top.span(), {"endcap.toml", "[project]"});
    }
    for_each_table(top, "systems", [&](const toml::table& table, std::string name, Span span) {
      read_system(table, std::move(name), span);
    });
    for_each_table(top, "advisors", [&](const toml::table& table, std::string name, Span span) {
      read_advisor(table, std::move(name), span);
    });
    if (auto* roles = top.table("roles")) read_roles(*roles);
    if (auto* scopes = top.table("scopes")) read_scopes(*scopes);
    if (auto* absences = top.array("absences")) read_absences(*absences);
    if (auto* history = top.table("history")) read_history(*history);
    for_each_table(top, "partners", [&](const toml::table& table, std::string name, Span span) {
      read_partners(table, name, span);
    });
    std::vector<WrittenCalendar> calendars;
    for_each_table(top, "calendars", [&](const toml::table& table, std::string name, Span span) {
      if (auto calendar = read_calendar(file_, table, std::move(name), span))
        calendars.push_back(std::move(*calendar));
    });
    project_.calendars = join_calendars(calendars, diagnostics_);
    top.close();
  }

 private:
  template <typename Read>
  void for_each_table(Section& top, std::string_view key, Read read) {
    const toml::table* group = top.table(key);
    if (!group) return;
    for (auto&& [name, node] : *group) {
      Span span = file_.key_span(name);
      if (auto* table = node.as_table()) {
        read(*table, std::string(name.str()), span);
      } else {
        diagnostics_.emit(
            DiagnosticKind::ProjectValueInvalid, span,
            {std::string(name.str()), "a table: [" + std::string(key) + "." + std::string(name.str()) + "]"});
      }
    }
  }

  void read_project(const toml::table& table) {
    Section section(file_, table, "[project]", file_.span(table.source()));
    project_.name = section.required_text("name");
    auto patterns = section.texts("sources");
    if (!section.has("sources")) patterns = {{std::string(kSourcesPattern), section.span()}};
    auto data = section.texts("data");
    const auto library = section.texts("library");
    const bool data_named = section.has("data");
    if (!data_named) data = {{std::string(kDataPattern), section.span()}};
    section.close();
    for (const fs::path& path : found(patterns, true)) read_source(path, project_.sources);
    for (const fs::path& path : found(data, data_named)) read_source(path, project_.data);
    for (const fs::path& path : found(library, true)) {
      const std::string shown = path.lexically_relative(project_.folder).generic_string();
      for (const SourceId source : project_.sources) {
        if (sources_.file(source).path == shown) project_.library.push_back(source);
      }
    }
  }

  using Patterns = std::vector<std::pair<std::string, Span>>;
  std::set<fs::path> found(const Patterns& patterns, bool some) {
    std::set<fs::path> paths;
    for (const auto& [pattern, span] : patterns) {
      auto files = find_files(project_.folder, pattern);
      if (files.empty() && some) diagnostics_.emit(DiagnosticKind::ProjectNoSources, span, {pattern});
      paths.insert(files.begin(), files.end());
    }
    return paths;
  }

  void read_source(const fs::path& path, std::vector<SourceId>& sources) {
    std::string shown = path.lexically_relative(project_.folder).generic_string();
    auto text = read_text(path, shown, overlay_);
    if (!text) {
      diagnostics_.emit(DiagnosticKind::ProjectUnreadable, {}, {shown, text.error()});
      return;
    }
    sources.push_back(sources_.add(std::move(shown), std::move(*text)));
  }

  void read_system(const toml::table& table, std::string name, Span span) {
    Section section(file_, table, "[systems." + name + "]", span);
    SystemConfig system;
    system.name = std::move(name);
    system.span = span;
    system.schema_path = section.required_text("schema");
    system.connector = section.text("connector", "odata");
    if (system.connector != "odata") {
      section.invalid("connector", "\"odata\"");
    }
    system.url = read_url(section);
    system.user = section.text("user");
    system.password_env = section.text("password_env");
    if (section.has("password")) {
      section.text("password");
      section.invalid("password", "left out: a project is shared")
          .note("name the environment variable that holds it: password_env = \"ENDCAP_ERP_PASSWORD\"");
    }
    if (auto timeout = section.duration("timeout")) system.timeout = *timeout;
    if (auto settle = section.duration("settle")) system.settle = *settle;
    if (auto attempts = section.whole("attempts", 1, 100)) system.attempts = static_cast<uint32_t>(*attempts);
    if (section.has("sends")) system.sends = section.texts("sends");
    section.close();
    if (!system.schema_path.empty()) {
      system.schema =
          import_schema_named_at(section.value_span("schema"), project_.folder / system.schema_path,
                                 system.schema_path, sources_, diagnostics_);
    }
    project_.systems.push_back(std::move(system));
  }

  // `[partners.Marketplace.acme]`: who calls interfaces, by what it proves that, and what it answers for.
  void read_partners(const toml::table& table, const std::string& declared, Span declared_span) {
    Section all(file_, table, "[partners." + declared + "]", declared_span);
    for (auto&& [name, node] : table) {
      const toml::table* settings = all.table(name.str());
      if (settings == nullptr) continue;
      PartnerConfig partner;
      partner.partner = declared;
      partner.partner_span = declared_span;
      partner.name = std::string(name.str());
      partner.span = file_.key_span(name);
      Section section(file_, *settings, "[partners." + declared + "." + partner.name + "]", partner.span);
      partner.token_env = section.required_text("token_env");
      if (section.has("token")) {
        section.text("token");
        section.invalid("token", "left out: a project is shared")
            .note("name the environment variable that holds it: token_env = \"ENDCAP_ACME_TOKEN\"");
      }
      partner.scopes = section.texts("for");
      section.close();
      project_.partners.push_back(std::move(partner));
    }
  }

  static std::string read_url(Section& section) {
    std::string url = section.required_text("url");
    if (!url.empty() && !url.starts_with("http://") && !url.starts_with("https://"))
      section.invalid("url", "an address that starts with http:// or https://");
    return url;
  }

  void read_advisor(const toml::table& table, std::string name, Span span) {
    Section section(file_, table, "[advisors." + name + "]", span);
    AdvisorConfig advisor;
    advisor.name = std::move(name);
    advisor.span = span;
    advisor.url = read_url(section);
    advisor.enabled = section.flag("enabled", true);
    advisor.token_env = section.text("token_env");
    if (section.has("token")) {
      section.text("token");
      section.invalid("token", "left out: a project is shared")
          .note("name the environment variable that holds it: token_env = \"ENDCAP_UPLIFT_TOKEN\"");
    }
    section.close();
    project_.advisors.push_back(std::move(advisor));
  }

  void read_roles(const toml::table& table) {
    for (auto&& [name, node] : table) {
      Section section(file_, table, "[roles]", file_.key_span(name));
      RoleConfig role{std::string(name.str()), {}, file_.key_span(name)};
      for (auto& [person, span] : section.texts(name.str())) {
        (void)span;
        role.people.push_back(person);
      }
      project_.roles.push_back(std::move(role));
    }
  }

  // `[scopes.StoreOps]`, and in it `olga = ["NSW", "VIC"]`: what a person answers for in a role.
  void read_scopes(const toml::table& table) {
    Section all(file_, table, "[scopes]", {});
    for (auto&& [name, node] : table) {
      const toml::table* people = all.table(name.str());
      const auto role = std::ranges::find(project_.roles, name.str(), &RoleConfig::name);
      if (people == nullptr) continue;
      if (role == project_.roles.end()) {
        all.invalid(name.str(), "a role that stands in [roles]");
        continue;
      }
      role->scopes_span = file_.key_span(name);
      Section section(file_, *people, "[scopes." + role->name + "]", role->scopes_span);
      for (auto&& [person, scopes] : *people) {
        for (auto& [scope, span] : section.texts(person.str())) {
          (void)span;
          role->scopes[std::string(person.str())].push_back(scope);
        }
      }
    }
  }

  // `[[absences]]`, one for each time that somebody is away.
  void read_absences(const toml::array& array) {
    for (const toml::node& node : array) {
      const Span span = file_.span(node.source());
      if (const toml::table* table = node.as_table()) {
        read_absence(*table, span);
      } else {
        diagnostics_.emit(DiagnosticKind::ProjectValueInvalid, span, {"absences", "written as [[absences]]"});
      }
    }
  }

  void read_absence(const toml::table& table, Span span) {
    const size_t errors = diagnostics_.error_count();
    Section section(file_, table, "[[absences]]", span);
    AbsenceConfig absence;
    absence.person = section.required_text("person");
    absence.cover = section.required_text("cover");
    const auto first = section.required_date("from"), last = section.required_date("until");
    const std::string zone = section.required_text("zone");
    section.close();
    if (diagnostics_.error_count() != errors) return;
    for (const char* key : {"person", "cover"}) {
      const std::string& person = std::string_view(key) == "person" ? absence.person : absence.cover;
      if (std::ranges::none_of(project_.roles, [&](const RoleConfig& role) {
            return std::ranges::find(role.people, person) != role.people.end();
          }))
        section.invalid(key, "somebody who has a role in [roles]");
    }
    if (absence.person == absence.cover) section.invalid("cover", "somebody else");
    if (*last < *first) section.invalid("until", "the last day of it, not one before `from`");
    if (!is_zone(zone)) section.invalid("zone", "a time zone such as \"Australia/Sydney\"");
    if (diagnostics_.error_count() != errors) return;
    absence.from = instant_of(*first, 0, zone).value();
    absence.until = instant_of(*last + 1, 0, zone).value();
    if (std::ranges::any_of(project_.absences, [&](const AbsenceConfig& other) {
          return other.person == absence.person && other.from < absence.until && absence.from < other.until;
        }))
      section.invalid("from", "outside of the other absences of " + absence.person);
    project_.absences.push_back(std::move(absence));
  }

  // `[history]`: days are what is dropped.
  void read_history(const toml::table& table) {
    Section section(file_, table, "[history]", file_.span(table.source()));
    project_.keep_history = section.duration("keep");
    section.close();
    if (project_.keep_history && *project_.keep_history % kDay != 0)
      section.invalid("keep", "whole days such as \"400 days\"");
  }

  Project& project_;
  ConfigFile& file_;
  SourceMap& sources_;
  Diagnostics& diagnostics_;
  const Overlay& overlay_;
};

}  // namespace

Project load_project(const fs::path& folder, SourceMap& sources, Diagnostics& diagnostics,
                     const Overlay& overlay) {
  Project project;
  project.folder = folder;
  auto text = read_text(folder / "endcap.toml", "endcap.toml", overlay);
  if (!text) {
    diagnostics
        .emit(DiagnosticKind::ProjectUnreadable, {},
              {(folder / "endcap.toml").generic_string(), text.error()})
        .note("a project is a folder with an endcap.toml: `endcap init FOLDER` makes one that works");
    return project;
  }
  ConfigFile file(sources, sources.add("endcap.toml", std::move(*text)), diagnostics);
  auto root = file.parse(DiagnosticKind::ProjectNotToml);
  if (!root) return project;
  ProjectReader(project, file, sources, diagnostics, overlay).read(*root);
  check_lock(project, sources, diagnostics, overlay);
  return project;
}

}  // namespace endcap
