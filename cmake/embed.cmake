# replay_embed(<target> NAMESPACE <namespace> FILES …): compiles files into the target, each as
# `extern const std::string_view` in that namespace; openapi.json becomes kOpenapiJson.
function(replay_embed target)
  cmake_parse_arguments(ARG "" "NAMESPACE" "FILES" ${ARGN})
  foreach(file ${ARG_FILES})
    set(source ${CMAKE_CURRENT_SOURCE_DIR}/${file})
    set(generated ${CMAKE_CURRENT_BINARY_DIR}/embedded/${file}.cpp)
    add_custom_command(
      OUTPUT ${generated}
      COMMAND ${CMAKE_COMMAND} -DSOURCE=${source} -DGENERATED=${generated} -DNAMESPACE=${ARG_NAMESPACE}
              -P ${PROJECT_SOURCE_DIR}/cmake/embed_file.cmake
      DEPENDS ${source} ${PROJECT_SOURCE_DIR}/cmake/embed_file.cmake
      COMMENT "Embedding ${file}"
      VERBATIM)
    target_sources(${target} PRIVATE ${generated})
  endforeach()
endfunction()
