// Where tests have been: see coverage.h.
#include "tools/testing/coverage.h"

#include <fmt/format.h>

#include <algorithm>
#include <tuple>

namespace endcap::testing {
namespace {

void add_group(Coverage& coverage, Coverage::Group group) {
  std::ranges::sort(group.missed, {}, [](const Coverage::Place& place) {
    return std::tie(place.source_path, place.line, place.text);
  });
  if (group.total > 0) coverage.groups.push_back(std::move(group));
}

void count(Coverage::Group& group, bool reached, Coverage::Place place) {
  ++group.total;
  if (reached) {
    ++group.reached;
  } else {
    group.missed.push_back(std::move(place));
  }
}

}  // namespace

Coverage coverage_of(const std::vector<ir::Mark>& marks, const ir::Reached& reached) {
  constexpr std::pair<ir::Mark::Kind, const char*> kGroups[] = {{ir::Mark::Kind::Step, "steps"},
                                                                {ir::Mark::Kind::Wait, "wait points"},
                                                                {ir::Mark::Kind::Branch, "branches"},
                                                                {ir::Mark::Kind::Deadline, "deadline paths"},
                                                                {ir::Mark::Kind::PolicyRow, "policy rows"}};
  Coverage coverage;
  for (const auto& [kind, name] : kGroups) {
    Coverage::Group group{.name = name};
    for (size_t i = 0; i < marks.size(); ++i) {
      if (marks[i].kind == kind)
        count(group, reached[i], {marks[i].text, marks[i].source_path, marks[i].line});
    }
    add_group(coverage, std::move(group));
  }
  return coverage;
}

void add_schedules(Coverage& coverage, const CheckedProject& project, const std::set<std::string>& started) {
  Coverage::Group group{.name = "schedules"};
  for (const ast::Module& module : project.modules) {
    for (const ast::Decl& declaration : module.declarations) {
      const auto* schedule = std::get_if<ast::ScheduleDecl>(&declaration.node);
      if (schedule == nullptr) continue;
      const Span at = schedule->name.span;
      const std::string& name = schedule->name.text;
      count(group, started.contains(module.name->text() + "." + name),
            {name, project.sources.file(at.source).path,
             project.sources.line_column(at.source, at.begin).line});
    }
  }
  add_group(coverage, std::move(group));
}

void add_carriers(Coverage& coverage, const CheckedProject& project, const std::set<std::string>& started) {
  Coverage::Group group{.name = "routes and syncs"};
  for (const ast::Module& module : project.modules) {
    for (const ast::Decl& declaration : module.declarations) {
      const auto* route = std::get_if<ast::RouteDecl>(&declaration.node);
      const auto* sync = std::get_if<ast::SyncDecl>(&declaration.node);
      if (route == nullptr && sync == nullptr) continue;
      const ast::Name& name = route ? route->delivery.name : sync->delivery.name;
      count(group, started.contains(module.name->text() + "." + name.text),
            {name.text, project.sources.file(name.span.source).path,
             project.sources.line_column(name.span.source, name.span.begin).line});
    }
  }
  add_group(coverage, std::move(group));
}

void add_operations(Coverage& coverage, const CheckedProject& project, const std::set<std::string>& called) {
  Coverage::Group group{.name = "operations of interfaces"};
  for (const ast::Module& module : project.modules) {
    for (const ast::Decl& declaration : module.declarations) {
      const auto* interface = std::get_if<ast::InterfaceDecl>(&declaration.node);
      if (interface == nullptr) continue;
      for (const auto& operation : interface->operations) {
        const Span at = operation.name.span;
        const std::string name =
            fmt::format("{}/{}/{}", interface->name.text, interface->version, operation.name.text);
        count(group, called.contains(name),
              {name, project.sources.file(at.source).path,
               project.sources.line_column(at.source, at.begin).line});
      }
    }
  }
  add_group(coverage, std::move(group));
}

}  // namespace endcap::testing
