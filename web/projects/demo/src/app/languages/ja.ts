import type { PageTexts } from './page-texts';

export const pages: PageTexts = {
  welcome: 'ようこそ',
  welcomeName: 'ようこそ、{name} さん',
  signedInAs: '{name} としてサインインしています。',
  name: '氏名',
  email: 'メールアドレス',
  lastSignIn: '前回のサインイン',
  tokensUntil: 'セッションの有効期限',
  refresh: 'セッションを延長',
  refreshed: 'セッションを延長しました。',
  signOut: 'サインアウト',
  signOutEverywhere: 'すべての端末からサインアウト',
  signedInTitle: 'サインイン中',
  sessionEnded: 'セッションが終了しました。サインアウトしてもう一度サインインしてください。',
  tryAgain: 'うまくいきませんでした。接続を確認してもう一度お試しください。',
  unavailableTitle: 'サインインできません',
  unavailableLead:
    'サーバーからユーザープールの指定がありません。サーバーが動作し、プールが設定されているか確認してください。',
  retry: 'もう一度試す',
};
