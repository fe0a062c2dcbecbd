import type { PageTexts } from './page-texts';

export const pages: PageTexts = {
  welcome: '환영합니다',
  welcomeName: '{name} 님, 환영합니다',
  signedInAs: '{name}(으)로 로그인되어 있습니다.',
  name: '이름',
  email: '이메일',
  lastSignIn: '마지막 로그인',
  tokensUntil: '세션 유효 기한',
  refresh: '세션 연장',
  refreshed: '세션이 연장되었습니다.',
  signOut: '로그아웃',
  signOutEverywhere: '모든 기기에서 로그아웃',
  signedInTitle: '로그인됨',
  sessionEnded: '세션이 종료되었습니다. 로그아웃한 후 다시 로그인하세요.',
  tryAgain: '작동하지 않았습니다. 연결을 확인하고 다시 시도하세요.',
  unavailableTitle: '로그인할 수 없습니다',
  unavailableLead:
    '서버가 사용할 사용자 풀을 알려 주지 않았습니다. 서버가 실행 중이고 풀이 설정되어 있는지 확인하세요.',
  retry: '다시 시도',
};
