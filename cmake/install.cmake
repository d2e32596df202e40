# bin/decision-replay finds share/decision-replay beside itself, so the tree may be installed anywhere.
set(REPLAY_SHARE ${CMAKE_INSTALL_DATADIR}/decision-replay)

install(TARGETS decision-replay)
install(DIRECTORY rules DESTINATION ${REPLAY_SHARE} FILES_MATCHING PATTERN "*.yml" PATTERN "MANIFEST" PATTERN "tests" EXCLUDE)
install(DIRECTORY grafana/dashboards grafana/provisioning DESTINATION ${REPLAY_SHARE}/grafana)
install(DIRECTORY policies DESTINATION ${REPLAY_SHARE} FILES_MATCHING PATTERN "*.yml")
install(FILES daemon/api/openapi.json DESTINATION ${REPLAY_SHARE})
# Laid out as here, so that the links between the documents hold.
install(FILES README.md CHANGELOG.md CONTRIBUTING.md decision-replay.example.yml DESTINATION ${CMAKE_INSTALL_DOCDIR})
install(DIRECTORY docs DESTINATION ${CMAKE_INSTALL_DOCDIR} FILES_MATCHING PATTERN "*.md")
