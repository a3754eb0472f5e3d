# cmake -DFOLDER=... -DOUTPUT=... -P embed_template.cmake: writes a .cpp that holds every file of `endcap init`'s project.
file(GLOB_RECURSE files RELATIVE ${FOLDER} ${FOLDER}/*)
list(SORT files)
set(number 0)
foreach(file ${files})
  file(READ ${FOLDER}/${file} text HEX)
  string(REGEX REPLACE "(..)" "'\\\\x\\1'," bytes "${text}")
  string(APPEND arrays "constexpr char kFile${number}[] = {${bytes}'\\0'};\n")
  string(APPEND entries "      {\"${file}\", {kFile${number}, sizeof kFile${number} - 1}},\n")
  math(EXPR number "${number} + 1")
endforeach()
file(WRITE ${OUTPUT} "// Generated from tools/endcap/template by cmake/embed_template.cmake.
#include \"tools/endcap/template.h\"

namespace endcap::command {
namespace {
${arrays}}  // namespace

const std::vector<TemplateFile>& template_files() {
  static const std::vector<TemplateFile> kFiles{
${entries}  };
  return kFiles;
}

}  // namespace endcap::command
")
